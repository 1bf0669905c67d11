/** In what state an NTFS volume was left: clean, dirty, or in the hands of a Windows that sleeps. */
import type { NtfsVolume } from './ntfsVolume.ts';

export interface NtfsState {
  readonly label: string;
  readonly version: string;
  /** Why it is not safe to be written to, a reason each that ends a sentence; empty: it is clean. */
  readonly dirty: readonly string[];
  /** Windows was hibernated, or shut down with "fast startup", and goes on where it was. */
  readonly isHibernated: boolean;
}

/** Flags of $VOLUME_INFORMATION: what chkdsk or Windows has to do first. */
const flags: readonly (readonly [bit: number, reason: string])[] = [
  [0x0001, 'it was not shut down properly'], [0x0002, 'its log is to be resized'], [0x0004, 'it is to be upgraded'],
  [0x0010, 'its change journal is being deleted'], [0x4000, 'chkdsk is at work on it'],
];
const restartPageBytes = 4096;
const [volumeIsClean, noClient] = [2, 0xffff];

/** Whether the log of changes is closed; changes that wait in it would get lost. */
async function isLogClean(volume: NtfsVolume): Promise<boolean> {
  const raw = await volume.readHead('$LogFile', 2 * restartPageBytes);
  if (raw === undefined || raw.length < 2 * restartPageBytes) { return false; }
  // mkntfs and tools that reset it fill it so.
  if (raw.every((byte) => byte === 0xff)) { return true; }
  const pages = [0, restartPageBytes].flatMap((start) => {
    const page = raw.subarray(start, start + restartPageBytes);
    const area = page.readUInt16LE(24);
    // Before the first two bytes that stand elsewhere.
    if (page.toString('latin1', 0, 4) !== 'RSTR' || area + 16 > 510) { return []; }
    return [{ sequence: page.readBigUInt64LE(area), client: page.readUInt16LE(area + 12), flags: page.readUInt16LE(area + 14) }];
  });
  const [newest] = pages.sort((a, b) => (a.sequence < b.sequence ? 1 : -1));
  return newest !== undefined && (newest.client === noClient || (newest.flags & volumeIsClean) !== 0);
}

/** @throws DismError ERROR_DISK_CORRUPT: the volume is damaged. */
export async function readNtfsState(volume: NtfsVolume): Promise<NtfsState> {
  const { label, version, flags: set } = await volume.information();
  const dirty = flags.filter(([bit]) => (set & bit) !== 0).map(([, reason]) => reason);
  if (!await isLogClean(volume)) { dirty.push('changes wait in its log'); }
  const head = (await volume.readHead('hiberfil.sys', 4))?.toString('latin1') ?? '';
  return { label, version, dirty, isHibernated: ['hibr', 'rstr'].includes(head.toLowerCase()) };
}
