/** Writes what waits in the log of a VHDX to its place, as whoever opens it next for writing would. It changes the file, so it is done only when asked for. */
import { errnoInText } from '../../../../errnoTexts.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import type { IdentifiedImage } from '../imageFormat.ts';
import { isLocked, programFailure } from '../programFailure.ts';
import { firstWords } from '../programWords.ts';
import { lastingError } from '../steadily.ts';
import { checkWritable, orMountReadOnly } from '../writable.ts';
import { identified } from './identified.ts';
import { openDisk, type OpenDisk } from './openDisk.ts';
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

async function look(path: string, what: string): Promise<OpenDisk['disk']> {
  const opened = await openDisk(path, what);
  await opened.close();
  return opened.disk;
}

/** What is in the log does not fit, as against what the system or another program keeps from being replayed: QEMU says EINVAL where no errno says it. */
function isOfDisk(exitCode: number, output: string): boolean {
  return exitCode > 0 && !isLocked(output) && [undefined, 'EINVAL'].includes(errnoInText(output));
}

function unfit(path: string, what: string, reason: string): DismError {
  return new DismError(Hresult.ERROR_FILE_CORRUPT, `${what}: its log cannot be replayed: ${reason}`, { target: path, hint: 'Take the disk from a backup.' });
}

/**
 * @returns A warning that says that it was done; none where no log waits.
 * @throws DismError ERROR_FILE_CORRUPT: the log is damaged; DISM_E_IMAGE_READONLY; what the system answered to qemu-img.
 */
export async function replayLog(path: string, what: string, requireUnused: () => Promise<void>, context: OperationContext): Promise<string[]> {
  const { hasLog, kind } = await look(path, what);
  // What a differencing disk is refused for is said later.
  if (!hasLog || kind === 'Differencing') { return []; }
  await checkWritable(path, what, orMountReadOnly);
  await requireUnused();
  context.signal.throwIfAborted();
  const { exitCode, output } = await runProgram(requireProgram('qemu-img'), ['check', '-q', '-r', 'all', '-f', 'vhdx', path], new AbortController().signal);
  if (exitCode !== 0) {
    context.log.error(output);
    throw lastingError(isOfDisk(exitCode, output) ? unfit(path, what, firstWords(output))
      : programFailure({ program: 'qemu-img', exitCode, output, what: `${what}: its log cannot be replayed`, target: path }));
  }
  // QEMU takes a log without a whole entry for an empty one, and leaves it.
  if ((await look(path, what)).hasLog) { throw lastingError(unfit(path, what, 'no entry of it is whole')); }
  return [`Changes waited in the log of "${path}", and were written to their places in the file`];
}
