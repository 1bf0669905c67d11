/** Program: dismts with the native engine over a double, for tests that need the whole server. Arguments: path of the double, then those of dismts. */
import { run } from '../../sidecar/src/cli.ts';
import { createNativeEngine } from '../../sidecar/src/engine/native/nativeEngine.ts';
import { exitWith } from '../../sidecar/src/exitWith.ts';
import { sourceCommand } from './sourceCommand.ts';

const [libraryPath = '', ...args] = process.argv.slice(2);

exitWith(run(args, () => Promise.resolve(createNativeEngine({
  libraries: { libraryPath, eventsLibraryPath: libraryPath }, command: sourceCommand, graceMs: 20_000,
}))));
