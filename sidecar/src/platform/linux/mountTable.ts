/** What the kernel says is mounted: /proc/self/mountinfo. */
import { readFileSync } from 'node:fs';

export interface MountTableEntry {
  readonly mountPoint: string;
  /** `overlay`, `fuse.wimfs`, ... */
  readonly type: string;
  readonly source: string;
  /** Options of the mount itself and of its file system. */
  readonly options: readonly string[];
}

/** Escapes stand for bytes, and a character may be made of several, so the text is taken as bytes. */
function unescapeOctal(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
    .replace(/\\([0-7]{3})/g, (_escape, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** All mounts in the order in which they were made: the last one at a place is the one that shows. */
export function readMountTable(): MountTableEntry[] {
  // The kernel answers from memory, which takes less time than to wake another thread up for it.
  const text = readFileSync('/proc/self/mountinfo', 'utf8');
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const separator = fields.indexOf('-');
    const [mountPoint, mountOptions] = fields.slice(4, 6);
    const [type, source, superOptions] = fields.slice(separator + 1);
    if (separator === -1 || mountPoint === undefined || mountOptions === undefined || type === undefined || source === undefined) { return []; }
    return [{
      mountPoint: unescapeOctal(mountPoint),
      type,
      source: unescapeOctal(source),
      options: [...mountOptions.split(','), ...(superOptions ?? '').split(',')],
    }];
  });
}
