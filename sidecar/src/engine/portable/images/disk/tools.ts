/** The programs that serve virtual disks. */
import { existsSync } from 'node:fs';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { findProgram } from '../../../../platform/linux/programs.ts';

/** What each program is for, and the packages that have it (Debian, Fedora). */
export const diskPrograms = {
  'qemu-storage-daemon': ['serves virtual disks', 'qemu-system-common', 'qemu-img'],
  'qemu-img': ['writes changes into virtual disks', 'qemu-utils', 'qemu-img'],
  'ntfs-3g': ['serves NTFS volumes', 'ntfs-3g', 'ntfs-3g'],
  unshare: ['keeps programs from the network', 'util-linux', 'util-linux'],
  setpriv: ['takes rights from programs', 'util-linux', 'util-linux-core'],
  chroot: ['shows programs what they need and nothing else', 'coreutils', 'coreutils'],
} as const;
export type DiskProgram = keyof typeof diskPrograms;

/** How to install a program. */
export function installHint(name: DiskProgram): string {
  const [, apt, dnf] = diskPrograms[name];
  return `Install it: apt-get install ${apt} (Debian, Ubuntu) or dnf install ${dnf} (Fedora).`;
}

/** @throws DismError WIM_E_SERVICE_NOT_FOUND: it is not installed. */
export function requireProgram(name: DiskProgram): string {
  const path = findProgram(name);
  if (path !== undefined) { return path; }
  throw new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, `Cannot mount: the program "${name}", which ${diskPrograms[name][0]}, is not installed`, { hint: installHint(name) });
}

/** @throws DismError: something is missing that serving a virtual disk needs. */
export function requireDiskServing(): void {
  for (const name of Object.keys(diskPrograms) as DiskProgram[]) { requireProgram(name); }
  if (!existsSync('/dev/fuse')) {
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, 'Cannot mount: FUSE is not available on this system', {
      hint: 'Load the kernel module "fuse"; a container also needs the device /dev/fuse.',
    });
  }
}

/**
 * The words that start a program with no network and few rights. What serves a disk has to mount, and to open files of others (NTFS-3G
 * also takes on its own user and group again while it starts); nothing that a hostile disk talks it into can do more.
 * @param root A folder that it takes for the root.
 */
export function confined(program: DiskProgram, args: readonly string[], root?: string): { readonly path: string; readonly words: readonly string[] } {
  const rights = ['--bounding-set', `-all,+sys_admin,+dac_override${program === 'ntfs-3g' ? ',+setuid,+setgid' : ''}`, '--inh-caps', '-all', '--no-new-privs'];
  const inner = [requireProgram('setpriv'), ...rights, '--', requireProgram(program), ...args];
  return { path: requireProgram('unshare'), words: ['--net', '--', ...root === undefined ? inner : [requireProgram('chroot'), root, ...inner]] };
}
