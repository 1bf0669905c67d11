/** Opens files below a folder and nowhere else: openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. Linux 5.6 and newer. */
import { constants } from 'node:fs';
import { DismError } from '../../errors.ts';
import { Hresult } from '../../hresult.ts';
import { libc, SystemCallError } from './libc.ts';

/** The same number on every architecture that Linux runs on, but for some that Node does not. */
const SYS_openat2 = 437;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;
/** struct open_how: flags, mode, resolve; 64 bits each. */
const openHowBytes = 24;

/** Made once, for a scan opens a million files; the call has ended before another one begins. */
const how = Buffer.alloc(openHowBytes);
how.writeInt32LE(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, 16);

/**
 * Opens a path below an open folder.
 * @returns A descriptor, or undefined where there is no such file. The caller closes it.
 * @throws DismError E_ACCESSDENIED: the way leads through a link or out of the folder, or permission is denied.
 */
export function openBeneath(folder: number, path: string, flags: number, mode = 0): number | undefined {
  // Flags and modes have less than 32 bits; the upper halves stay 0.
  how.writeInt32LE(flags | constants.O_NOFOLLOW | 0o2000000, 0); // O_CLOEXEC has no name in Node.
  how.writeInt32LE(mode, 8);
  const descriptor = Number(libc().openat2(SYS_openat2, folder, path === '' ? '.' : path, how, openHowBytes));
  if (descriptor >= 0) { return descriptor; }
  const error = new SystemCallError('openat2', path);
  const { code } = error;
  if (code === 'ENOENT' || code === 'ENOTDIR') { return undefined; }
  if (code === 'ELOOP' || code === 'EXDEV') {
    throw new DismError(Hresult.E_ACCESSDENIED, `The path "${path}" of the image leads through a link or out of it`, {
      target: path, hint: 'The image is damaged or hostile; nothing outside of it was touched.',
    });
  }
  if (code === 'ENOSYS') {
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, 'This kernel cannot keep to a folder safely (openat2 is missing)', { hint: 'Use Linux 5.6 or newer.' });
  }
  throw error;
}
