/** What the server gives to an engine method, for tests that call one without a server. */
import type { ProgressValue } from '@dismts/protocol';
import type { OperationContext } from '../../sidecar/src/operationContext.ts';

/** A context that keeps what the operation reports. */
export interface TestContext extends OperationContext {
  readonly progressValues: ProgressValue[];
  /** Lines as `level: text`. */
  readonly lines: string[];
}

/** A context with a log in memory; `changes` replaces parts of it. */
export function testContext(
  operation: string, changes: Partial<Pick<OperationContext, 'signal' | 'scratchDirectory'>> = {},
): TestContext {
  const progressValues: ProgressValue[] = [];
  const lines: string[] = [];
  const write = (level: string) => (text: string) => { lines.push(`${level}: ${text}`); };
  return {
    operation,
    signal: new AbortController().signal,
    scratchDirectory: '',
    ...changes,
    log: { error: write('error'), warning: write('warning'), info: write('info'), debug: write('debug'), path: '', level: 'Debug' },
    progress: (phase, current, total) => { progressValues.push({ phase, current, total }); },
    progressValues,
    lines,
  };
}
