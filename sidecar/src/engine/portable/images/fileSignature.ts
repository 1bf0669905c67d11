/** How an image file looks: another look means that it may hold another image. */
import { stat } from 'node:fs/promises';
import { type FileSignature, signatureOf } from '../../../wim/wimFile.ts';
import type { MountRecord } from './mountRecord.ts';

/** How a file looks now. */
export async function fileSignature(path: string): Promise<FileSignature> {
  return signatureOf(await stat(path));
}

/** The number of the device is no part of it: it may be another after a restart of the machine. */
export function sameSignature(a: MountRecord['file'], b: MountRecord['file']): boolean {
  return a.size === b.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}
