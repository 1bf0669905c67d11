/** Program: one call of the portable engine, for tests that kill it. Prints a line of JSON for all that it has to say. */
import { writeSync } from 'node:fs';
import { engineMethods } from '@dismts/protocol';
import type { Engine } from '../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../sidecar/src/operationContext.ts';
import { createPortableEngine } from '../../sidecar/src/engine/portable/portableEngine.ts';
import { DismError } from '../../sidecar/src/errors.ts';
import { watchDisk } from './diskFaults.ts';

const [method, params] = process.argv.slice(2) as [keyof typeof engineMethods, string];
/** At which of its calls that change files the process kills itself. */
const killAt = Number(process.env['DISMTS_TEST_KILL_AT'] ?? 0);
/** In which phase of its progress it does: whoever kills it from without may come too late. */
const killIn = process.env['DISMTS_TEST_KILL_IN'];
function killSelf(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) { /* until it comes */ }
}
const say = (message: object): void => { writeSync(1, `${JSON.stringify(message)}\n`); };
const silent = (): undefined => undefined;
const context: OperationContext = {
  operation: engineMethods[method].method,
  signal: new AbortController().signal,
  scratchDirectory: '',
  log: { error: silent, warning: silent, info: silent, debug: silent, path: '', level: 'Errors' },
  progress: (phase, current, total) => {
    say({ progress: { phase, current, total } });
    if (phase === killIn) { killSelf(); }
  },
};
const engine: Engine = createPortableEngine();
const call = engine[method] as (params: unknown, context: OperationContext) => Promise<unknown>;

async function main(): Promise<void> {
  if (killAt > 0) {
    const faults = await watchDisk('changing', killSelf);
    faults.arm(killAt);
  }
  say({ begun: true });
  try {
    say({ result: await call(engineMethods[method].params.parse(JSON.parse(params)), context) });
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    const { symbol, message, hint, holders } = error;
    say({ symbol, message, hint, holders });
  }
}

main().catch((error: unknown) => {
  writeSync(2, error instanceof Error ? error.stack ?? error.message : String(error));
  process.exitCode = 70;
});
