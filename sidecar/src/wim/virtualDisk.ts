/** Recognises virtual disks among the files that are given where a WIM is wanted. */
import type { FileHandle } from 'node:fs/promises';

/** VHDX has its signature first, VHD in its last 512 bytes. @returns undefined where it is none. */
export async function virtualDiskFormat(head: Buffer, file: FileHandle, size: number): Promise<'VHD' | 'VHDX' | undefined> {
  if (head.toString('latin1', 0, 8) === 'vhdxfile') { return 'VHDX'; }
  if (size < 512) { return undefined; }
  const footer = Buffer.alloc(8);
  await file.read(footer, 0, footer.length, size - 512);
  return footer.toString('latin1') === 'conectix' ? 'VHD' : undefined;
}
