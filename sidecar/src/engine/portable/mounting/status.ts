/** Says how a mount is: Ok, NeedsRemount or Invalid (DismMountStatus), and why. */
import { stat } from 'node:fs/promises';
import type { MountedImage } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { fileSignature, readImageHashes, sameSignature } from './imageIdentity.ts';
import { readMountTable } from '../../../platform/linux/mountTable.ts';
import { answers, wimfsType } from './serving.ts';
import { stackSource } from './stacking.ts';
import type { MountRecord } from './record.ts';
import type { State } from './state.ts';
import { messageOf } from '../../../systemErrors.ts';

export interface MountStatus {
  readonly status: MountedImage['mountStatus'];
  /** One sentence without a full stop; empty when the status is Ok. */
  readonly reason: string;
  /** Invalid because the file no longer holds the image that was mounted. */
  readonly imageChanged: boolean;
}

const ok: MountStatus = { status: 'Ok', reason: '', imageChanged: false };
const invalid = (reason: string, imageChanged = false): MountStatus => ({ status: 'Invalid', reason, imageChanged });
const needsRemount = (reason: string): MountStatus => ({ status: 'NeedsRemount', reason, imageChanged: false });

async function checkImage(record: MountRecord): Promise<MountStatus> {
  try {
    if (sameSignature(await fileSignature(record.wimPath), record.file)) { return ok; }
    const hash = (await readImageHashes(record.wimPath))[record.imageIndex - 1];
    return hash === record.imageHash
      ? ok
      : invalid(`image ${record.imageIndex} of "${record.wimPath}" was changed by another program after it was mounted`, true);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') { return invalid(`the file "${record.wimPath}" does not exist any more`); }
    const text = error instanceof DismError ? error.message : messageOf(error);
    return invalid(`the file "${record.wimPath}" cannot be read any more: ${text}`, error instanceof DismError);
  }
}

/** Looks at a mount without changing anything. */
export async function mountStatus(state: State, record: MountRecord): Promise<MountStatus> {
  const image = await checkImage(record);
  if (image.status !== 'Ok') { return image; }
  if (record.mode === 'ReadWrite') {
    const upper = await stat(state.generations.upperFolder(record)).catch(() => undefined);
    if (upper?.isDirectory() !== true) { return invalid(`the staged changes "${state.generations.upperFolder(record)}" are gone`); }
  }
  const layers = readMountTable().filter((entry) => entry.mountPoint === record.mountPath);
  const top = layers.at(-1);
  const isOurs = record.mode === 'ReadOnly' ? top?.type === wimfsType : top?.source === stackSource(record);
  if (!isOurs) { return needsRemount('the image is not served at its folder, as after a restart of the machine'); }
  return await answers(record.mountPath) ? ok : needsRemount('the program that serves the image has ended');
}
