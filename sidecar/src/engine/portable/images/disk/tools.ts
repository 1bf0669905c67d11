/** The programs that serve virtual disks. */
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import { isThere } from '../../../../isThere.ts';
import { installHint, type Requirement } from '../../../../platform/linux/packages.ts';
import { findProgram } from '../../../../platform/linux/programs.ts';

/** What each program is for. */
export const diskPrograms = {
  'qemu-storage-daemon': 'serves virtual disks',
  'qemu-img': 'writes changes into virtual disks',
  'ntfs-3g': 'serves NTFS volumes',
  unshare: 'keeps programs from the network',
  setpriv: 'takes rights from programs',
} as const satisfies Partial<Record<Requirement, string>>;
export type DiskProgram = keyof typeof diskPrograms;

/** What makes the volumes of a new disk. */
const makingPrograms = {
  mkntfs: 'makes NTFS volumes',
  'mkfs.vfat': 'makes FAT volumes',
} as const satisfies Partial<Record<Requirement, string>>;
const programs = { ...diskPrograms, ...makingPrograms };

/** @throws DismError WIM_E_SERVICE_NOT_FOUND: it is not installed. */
export function requireProgram(name: keyof typeof programs): string {
  const path = findProgram(name);
  if (path !== undefined) { return path; }
  throw new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, `The program "${name}", which ${programs[name]}, is not installed`, { hint: installHint(name) });
}

/** @throws DismError: something is missing that serving a virtual disk needs. */
export function requireDiskServing(): void {
  for (const name of Object.keys(diskPrograms) as DiskProgram[]) { requireProgram(name); }
  if (!isThere('/dev/fuse')) {
    throw new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, 'Cannot mount: FUSE is not available on this system', {
      hint: 'Load the kernel module "fuse"; a container also needs the device /dev/fuse.',
    });
  }
}

/**
 * The words that start a program with no network and few rights. What serves a disk has to mount, and to open files of others (NTFS-3G
 * also takes on its own user and group again while it starts); nothing that a hostile disk talks it into can do more.
 */
export function confined(program: DiskProgram, args: readonly string[]): { readonly path: string; readonly words: readonly string[] } {
  const rights = ['--bounding-set', `-all,+sys_admin,+dac_override${program === 'ntfs-3g' ? ',+setuid,+setgid' : ''}`, '--inh-caps', '-all', '--no-new-privs'];
  return { path: requireProgram('unshare'), words: ['--net', '--', requireProgram('setpriv'), ...rights, '--', requireProgram(program), ...args] };
}
