/** Program: dismts with a fake engine whose list of mounts has as many megabytes as LARGE_ANSWER_MB says; SIGUSR2 makes it collect its garbage. */
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { run } from '../../sidecar/src/cli.ts';
import { createFakeEngine, sampleMounts } from './fakeEngine.ts';

const megabytes = Number(process.env['LARGE_ANSWER_MB'] ?? 1);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
  // The sidecar's own stderr is dropped.
  writeSync(2, 'collected\n');
});

const mountBytes = JSON.stringify(sampleMounts[0]).length;
const engine = createFakeEngine();
run(process.argv.slice(2), () => Promise.resolve({
  ...engine,
  listMountedImages: (_params, context) => Promise.resolve({
    mounts: Array.from({ length: Math.ceil(megabytes * 1e6 / mountBytes) }, (_, number) => ({ ...sampleMounts[0] ?? never(), path: `/mnt/${number}` })),
    logPath: context.log.path,
  }),
})).then((exitCode) => process.exit(exitCode), () => process.exit(99));

function never(): never {
  throw new Error('there is no sample');
}
