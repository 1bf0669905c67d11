/** Runs the health operations of the portable engine as its server does, with a state directory of the test's own. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { checkHealth as checkMethod, restoreHealth as restoreMethod, scanHealth as scanMethod, type Finding, type CountedHealthResult } from '@dismts/protocol';
import { onTestFinished } from 'vitest';
import { checkHealth, restoreHealth, scanHealth } from '../../../sidecar/src/engine/portable/operations/health.ts';
import { testContext } from '../operationContext.ts';
import type { ExpectedFinding } from './damage.ts';

/** Keeps records of the test below a folder of it. */
export function useStateIn(folder: string): void {
  const before = process.env['DISMTS_STATE_DIR'];
  process.env['DISMTS_STATE_DIR'] = join(folder, `state-${randomUUID()}`);
  onTestFinished(() => {
    if (before === undefined) { delete process.env['DISMTS_STATE_DIR']; } else { process.env['DISMTS_STATE_DIR'] = before; }
  });
}

/** health/check. */
export async function check(path: string): Promise<CountedHealthResult> {
  return checkMethod.result.parse(await checkHealth(checkMethod.params.parse({ path }), testContext(checkMethod.method))) as CountedHealthResult;
}

/** health/scan. */
export async function scan(path: string): Promise<CountedHealthResult> {
  return scanMethod.result.parse(await scanHealth(scanMethod.params.parse({ path }), testContext(scanMethod.method))) as CountedHealthResult;
}

/** health/restore. */
export async function restore(path: string, sources: readonly string[] = []): Promise<CountedHealthResult> {
  const params = restoreMethod.params.parse({ path, sources });
  return restoreMethod.result.parse(await restoreHealth(params, testContext(restoreMethod.method))) as CountedHealthResult;
}

/** The rows of a state, as a test writes them, sorted. */
export function rowsOf(result: CountedHealthResult, ...states: Finding['state'][]): string[] {
  return result.findings.filter(({ state }) => states.includes(state)).map(rowText).sort();
}

/** One row as text. */
export function rowText({ class: kind, component, file }: ExpectedFinding): string {
  return `${kind} | ${component} | ${file}`;
}
