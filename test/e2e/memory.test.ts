/** The sidecar keeps nothing of the answers that it has given. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleProgram } from '../helpers/programs.ts';
import { RawPeer } from '../helpers/rawPeer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const large = await bundleProgram('test/helpers/largeSidecar.ts');
/** `DISMTS_TEST_ANSWERS=1000 DISMTS_TEST_ANSWER_MB=11` is the whole of it, which takes minutes; every tenth figure is printed. */
const answers = Number(process.env['DISMTS_TEST_ANSWERS'] ?? 100);
const answerMegabytes = Number(process.env['DISMTS_TEST_ANSWER_MB'] ?? 1);
const allowedMegabytes = 20;

/** Resident megabytes after a collection of garbage. */
async function residentMegabytes(child: ChildProcessWithoutNullStreams): Promise<number> {
  const collected = new Promise((resolve) => child.stderr.once('data', resolve));
  child.kill('SIGUSR2');
  await collected;
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]) * 1024 / 1e6;
}

test.runIf(process.platform === 'linux')('after many large answers the memory is what it was (Linux)', { timeout: 1_800_000 }, async () => {
  const folder = tempFolder();
  const child = spawn(large.command, [...large.args, '--stdio'], {
    env: { HOME: folder, DISMTS_STATE_DIR: join(folder, 'state'), LARGE_ANSWER_MB: String(answerMegabytes) }, cwd: folder,
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const peer = new RawPeer(child.stdout, child.stdin);
  await peer.initialize();
  const ask = async (id: number): Promise<void> => {
    expect((await peer.request(id, 'image/listMounted', {})).error).toBeUndefined();
    peer.messages.length = 0;
  };
  // The first ones make room in the heap and in the buffers that all others use again.
  for (let id = 2; id < 27; id++) { await ask(id); }
  const before = await residentMegabytes(child);
  const curve = [before];
  for (let count = 1; count <= answers; count++) {
    await ask(26 + count);
    if (count % Math.ceil(answers / 10) === 0) { curve.push(await residentMegabytes(child)); }
  }
  if (answers > 100) { process.stdout.write(`MB resident: ${curve.map(Math.round).join(', ')}\n`); }
  expect((curve.at(-1) ?? Infinity) - before).toBeLessThan(allowedMegabytes);
});
