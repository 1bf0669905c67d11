/** Writes what waits in the log of a VHDX to its place, as whoever opens it next for writing would. It changes the file, so it is done only when asked for. */
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import type { IdentifiedImage } from '../imageFormat.ts';
import { checkWritable, orMountReadOnly } from '../writable.ts';
import { identified } from './identified.ts';
import { openDisk } from './openDisk.ts';
import { requireProgram } from './tools.ts';

/**
 * What a dry run can say of a disk whose log a mount would replay first: nothing of what is in it, for what is read before is not the whole disk.
 * @returns undefined where no log waits. @throws DismError: the log could not be replayed.
 */
export async function foreseeReplay(path: string, what: string, requireUnused: () => Promise<void>): Promise<IdentifiedImage | undefined> {
  const opened = await openDisk(path, what);
  await opened.close();
  const { disk } = opened;
  if (!disk.hasLog || disk.kind === 'Differencing') { return undefined; }
  await checkWritable(path, what, orMountReadOnly);
  await requireUnused();
  const warnings = [`Changes wait in the log of "${path}", and would be written to their places in the file; what is on the disk can be checked only then`];
  return identified(opened, { own: {}, warnings });
}

/**
 * @returns A warning that says that it was done; none where no log waits.
 * @throws DismError ERROR_FILE_CORRUPT: the log is damaged; DISM_E_IMAGE_READONLY.
 */
export async function replayLog(path: string, what: string, requireUnused: () => Promise<void>, context: OperationContext): Promise<string[]> {
  const opened = await openDisk(path, what);
  const { hasLog, kind } = opened.disk;
  await opened.close();
  // What a differencing disk is refused for is said later.
  if (!hasLog || kind === 'Differencing') { return []; }
  await checkWritable(path, what, orMountReadOnly);
  await requireUnused();
  context.signal.throwIfAborted();
  const { exitCode, output } = await runProgram(requireProgram('qemu-img'), ['check', '-q', '-r', 'all', '-f', 'vhdx', path], new AbortController().signal);
  if (exitCode !== 0) {
    throw new DismError(Hresult.ERROR_FILE_CORRUPT, `${what}: its log cannot be replayed: ${output.replace(/\s+/g, ' ').slice(0, 300)}`, {
      target: path, hint: 'Take the disk from a backup.',
    });
  }
  return [`Changes waited in the log of "${path}", and were written to their places in the file`];
}
