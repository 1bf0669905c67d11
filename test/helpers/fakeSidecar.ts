/** Program: dismts with the fake engine, for tests that need a process. */
import { run } from '../../sidecar/src/cli.ts';
import { createFakeEngine } from './fakeEngine.ts';

run(process.argv.slice(2), () => Promise.resolve(createFakeEngine())).then((exitCode) => process.exit(exitCode), () => process.exit(99));
