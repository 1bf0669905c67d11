/** Program: dismts with the fake engine, for tests that need a process. */
import { run } from '../../sidecar/src/cli.ts';
import { exitWith } from '../../sidecar/src/exitWith.ts';
import { createFakeEngine } from './fakeEngine.ts';

// Binds the console to the real streams, as an early use of it would.
Reflect.get(console, '_stdout');
Reflect.get(console, '_stderr');

exitWith(run(process.argv.slice(2), (choice) => Promise.resolve(createFakeEngine({ name: choice === 'Native' ? 'Native' : 'Portable' }))));
