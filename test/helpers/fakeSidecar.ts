/** Program: `dismts --stdio` with the fake engine, for tests that need a process. `--unsupported=METHOD` takes a method away. */
import { serveStdio } from '../../sidecar/src/stdio.ts';
import { createFakeEngine } from './fakeEngine.ts';

const unsupported = Object.fromEntries(process.argv.flatMap((argument) => {
  const [option, method = ''] = argument.split('=');
  return option === '--unsupported' ? [[method, 'it was taken away']] : [];
}));

serveStdio(() => Promise.resolve(createFakeEngine({ unsupported }))).then(
  (exitCode) => process.exit(exitCode),
  () => process.exit(99),
);
