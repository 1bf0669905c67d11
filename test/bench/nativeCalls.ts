/**
 * Program: times DismGetFeatures with its DismDelete, from C, through the binding and through the engine process, in turn. Needs
 * UV_THREADPOOL_SIZE=1. Arguments: path of a double for this process, path of one for the engine process, the C program, how many rounds
 * count. Prints `{"c":[...],"binding":[...],"engine":[...]}`: microseconds of a call, by round.
 */
import { execFileSync } from 'node:child_process';
import { DISM_ONLINE_IMAGE, DismLogLevel } from '../../sidecar/src/engine/native/binding/constants.ts';
import { openDismApi } from '../../sidecar/src/engine/native/binding/dismApi.ts';
import { createNativeEngine } from '../../sidecar/src/engine/native/nativeEngine.ts';
import { loadDouble } from '../helpers/dismDouble.ts';
import { testContext } from '../helpers/operationContext.ts';
import { sourceCommand } from '../helpers/sourceCommand.ts';
import { time } from './measure.ts';

const [ownLibrary = '', engineLibrary = '', cProgram = '', rounds = ''] = process.argv.slice(2);
/** How often each is called in a round: about as long for all three. */
const callCount = { c: 50_000, binding: 2_000, engine: 200 };

/** Mean microseconds of a call. */
async function timeCalls(count: number, call: () => Promise<unknown>): Promise<number> {
  const ms = await time(async () => {
    for (let made = 0; made < count; made++) { await call(); }
  });
  return ms * 1000 / count;
}

function timeInC(): number {
  const { nanoseconds } = JSON.parse(execFileSync(cProgram, [String(callCount.c)], { encoding: 'utf8' })) as { nanoseconds: number };
  return nanoseconds / 1000;
}

loadDouble(ownLibrary).setModes({ calls: 'off' });
const api = openDismApi({ libraryPath: ownLibrary, eventsLibraryPath: ownLibrary });
await api.initialize({ logLevel: DismLogLevel.Errors, logFilePath: null, scratchDirectory: null });
const { value: session } = await api.openSession({ imagePath: DISM_ONLINE_IMAGE, windowsDirectory: null, systemDrive: null });
const engine = createNativeEngine({ libraries: { libraryPath: engineLibrary, eventsLibraryPath: engineLibrary }, command: sourceCommand });
const context = testContext('feature/get');

const figures: Record<keyof typeof callCount, number[]> = { c: [], binding: [], engine: [] };
// What runs often is compiled in the first rounds.
for (let round = -2; round < Number(rounds); round++) {
  const c = timeInC();
  const binding = await timeCalls(callCount.binding, () => api.getFeatures(session));
  const engineRequest = await timeCalls(callCount.engine, () => engine.getFeatures({ online: true }, context));
  if (round < 0) { continue; }
  figures.c.push(c);
  figures.binding.push(binding);
  figures.engine.push(engineRequest);
}
await engine.close?.();
await api.closeSession(session);
await api.shutdown();
console.log(JSON.stringify(figures));
