/** Program: dismts with the fake engine, for tests that need a process. */
import { run } from '../../sidecar/src/cli.ts';
import { createFakeEngine } from './fakeEngine.ts';

// Binds the console to the real streams, as an early use of it would.
Reflect.get(console, '_stdout');
Reflect.get(console, '_stderr');

run(process.argv.slice(2), (choice) => Promise.resolve(createFakeEngine({ name: choice === 'Native' ? 'Native' : 'Portable' }))).then((exitCode) => process.exit(exitCode), () => process.exit(99));
