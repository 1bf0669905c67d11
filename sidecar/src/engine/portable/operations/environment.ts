/** environment/get: what this machine has of what the portable engine needs, and what to do about the rest. */
import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { isSea } from 'node:sea';
import type { environmentCheckSchema, getEnvironment as method } from '@dismts/protocol';
import type { z } from 'zod';
import { freeBytes } from '../../../freeBytes.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { DismError } from '../../../errors.ts';
import { defaultLogDirectory } from '../../../log/logFolder.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { mountRightsMissing } from '../../../platform/linux/mountRights.ts';
import { installHint, installLine, type Requirement, requirements } from '../../../platform/linux/packages.ts';
import { findProgram } from '../../../platform/linux/programs.ts';
import { type DiskProgram, diskPrograms } from '../images/disk/tools.ts';
import { stateFolder } from '../../../stateFolder.ts';
import { wimlibVersion } from '../../../wimlib/openWim.ts';
import { wimlibInstallHint } from '../../../wimlib/binding.ts';
import { programPath } from '../../../platform/programPath.ts';

type Check = z.output<typeof environmentCheckSchema>;
type State = Check['state'];

/** What the checks ask the machine; tests answer for machines that lack something. */
export interface Machine {
  readonly platform: string;
  /** Of the kernel. */
  readonly release: string;
  readonly userId: number;
  /** @throws DismError: libwim is not there. */
  wimlibVersion(): { readonly version: string; readonly path: string };
  findProgram(...names: readonly string[]): string | undefined;
  /** Content of a file; undefined where it cannot be read. */
  readText(path: string): string | undefined;
  /** Whether this process may do that to a file or folder: constants.R_OK, W_OK, X_OK. */
  mayAccess(path: string, mode: number): boolean;
  /** Undefined where there is none. */
  owner(path: string): { readonly isFolder: boolean; readonly userId: number; readonly mode: number } | undefined;
  /** statfs(2). */
  fileSystem(path: string): { readonly type: number; readonly freeBytes: number };
}

const thisMachine: Machine = {
  platform: process.platform,
  release: release(),
  userId: process.geteuid?.() ?? 0,
  wimlibVersion,
  findProgram,
  readText: (path) => {
    try { return readFileSync(path, 'utf8'); } catch { return undefined; }
  },
  mayAccess: (path, mode) => {
    try { accessSync(path, mode); return true; } catch { return false; }
  },
  owner: (path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { isFolder: found.isDirectory(), userId: found.uid, mode: found.mode };
  },
  fileSystem: (path) => {
    const { type } = statfsSync(path);
    return { type, freeBytes: freeBytes(path) };
  },
};

const lowDiskBytes = 1024 ** 3;
/** Mounts that can be made read-only before they show anywhere came with this kernel. */
const overlayKernel = [5, 12] as const;

/** f_type of statfs(2): the name, and whether a folder there can hold what overlays stage (whiteouts, trusted.* attributes). */
const fileSystems: ReadonlyMap<number, readonly [name: string, state: State, reason: string]> = new Map([
  [0xef53, ['ext4', 'Ok', '']],
  [0x58465342, ['XFS', 'Ok', '']],
  [0x9123683e, ['Btrfs', 'Ok', '']],
  [0xf2f52010, ['F2FS', 'Ok', '']],
  [0xca451a4e, ['bcachefs', 'Ok', '']],
  [0x2fc12fc1, ['ZFS', 'Warning', 'needs OpenZFS 2.2 or later']],
  [0x01021994, ['tmpfs', 'Warning', 'is memory: staged changes are lost when the machine stops']],
  [0x794c7630, ['overlayfs', 'Missing', 'cannot hold the changes of another overlay (in a container, use a volume)']],
  [0x6969, ['NFS', 'Missing', 'has no trusted extended attributes']],
  [0xff534d42, ['CIFS', 'Missing', 'has no trusted extended attributes']],
  [0xfe534d42, ['SMB', 'Missing', 'has no trusted extended attributes']],
  [0x01021997, ['9p', 'Missing', 'has no trusted extended attributes']],
  [0x65735546, ['FUSE', 'Missing', 'cannot hold the changes of an overlay']],
  [0x4d44, ['FAT', 'Missing', 'has no extended attributes']],
  [0x2011bab0, ['exFAT', 'Missing', 'has no extended attributes']],
  [0x858458f6, ['ramfs', 'Missing', 'has no extended attributes']],
]);

const check = (name: string, state: State, detail: string, hint = ''): Check => ({ name, state, detail, hint });

function checkLibwim(machine: Machine): Check {
  try {
    const { version, path } = machine.wimlibVersion();
    return check('libwim', 'Ok', `${version}, ${path}`);
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    return check('libwim', 'Missing', error.message, error.hint ?? wimlibInstallHint);
  }
}

function checkServer(machine: Machine): Check {
  const path = machine.findProgram('wimlib-imagex');
  return path === undefined
    ? check('wimlib-imagex', 'Missing', 'the program that serves mounted images is not installed', wimlibInstallHint)
    : check('wimlib-imagex', 'Ok', path);
}

function checkFuse(machine: Machine): Check {
  if (!machine.mayAccess('/dev/fuse', constants.R_OK | constants.W_OK)) {
    const there = machine.mayAccess('/dev/fuse', constants.F_OK);
    return check('FUSE', 'Missing', there ? '/dev/fuse may not be opened by this user' : 'there is no /dev/fuse',
      there ? 'Make /dev/fuse readable and writable for this user.'
        : `${installHint('fusermount')} A container also needs the device: --device /dev/fuse.`);
  }
  const helper = machine.findProgram('fusermount', 'fusermount3');
  return helper === undefined
    ? check('FUSE', 'Missing', 'there is no fusermount', installHint('fusermount'))
    : check('FUSE', 'Ok', `/dev/fuse, ${helper}`);
}

function checkOverlay(machine: Machine): Check {
  if (machine.userId !== 0) {
    return check('Overlay', 'Warning', 'users other than root can mount images read-only only', 'Run as root to mount for writing.');
  }
  const [major = 0, minor = 0] = machine.release.split(/[.-]/).map(Number);
  if (major < overlayKernel[0] || (major === overlayKernel[0] && minor < overlayKernel[1])) {
    return check('Overlay', 'Missing', `kernel ${machine.release}`, `Use a kernel of version ${overlayKernel.join('.')} or later.`);
  }
  if (machine.readText('/proc/filesystems')?.split(/\s+/).includes('overlay') === true) {
    return check('Overlay', 'Ok', `overlayfs of kernel ${machine.release}`);
  }
  const modules = `/lib/modules/${machine.release}`;
  const isModule = [`${modules}/modules.dep`, `${modules}/modules.builtin`]
    .some((list) => /\/overlay\.ko\b/.test(machine.readText(list) ?? ''));
  return isModule
    ? check('Overlay', 'Ok', `overlayfs of kernel ${machine.release}, loaded when it is needed`)
    : check('Overlay', 'Missing', `kernel ${machine.release} has no overlayfs`,
        'Load it with "modprobe overlay" (in a container: on the host), or use a kernel that has it.');
}

/** Missing programs are a warning only: WIM files need none of them. */
function checkVirtualDisks(machine: Machine): Check {
  const names = Object.keys(diskPrograms) as DiskProgram[];
  const missing = names.filter((name) => machine.findProgram(name) === undefined);
  if (missing.length === 0) { return check('Virtual disks', 'Ok', names.slice(0, 3).map((name) => machine.findProgram(name)).join(', ')); }
  return check('Virtual disks', 'Warning', `.vhd and .vhdx files cannot be mounted without ${missing.join(', ')}`, installHint(...missing));
}

function checkRights(machine: Machine): Check {
  if (machine.userId !== 0) {
    return check('Rights', 'Warning', `user ${machine.userId}, not root: mounts are seen by this user only, and have a state directory of their own`,
      'Run as root to mount for everybody.');
  }
  const missing = mountRightsMissing((path) => machine.readText(path));
  return missing === undefined ? check('Rights', 'Ok', 'root') : check('Rights', 'Missing', missing.detail, missing.hint);
}

/** A folder that exists, or the nearest one above it that does. */
function nearestFolder(machine: Machine, path: string): string {
  let folder = path;
  while (machine.owner(folder) === undefined && folder !== dirname(folder)) { folder = dirname(folder); }
  return folder;
}

/** Why a folder cannot be written, or made; undefined where it can. */
function unwritable(machine: Machine, path: string): string | undefined {
  const folder = nearestFolder(machine, path);
  if (machine.owner(folder)?.isFolder !== true) { return `"${folder}" is no folder`; }
  if (machine.mayAccess(folder, constants.W_OK | constants.X_OK)) { return undefined; }
  return folder === path ? `"${path}" cannot be written` : `"${path}" does not exist, and cannot be made in "${folder}"`;
}

const chooseState = 'Choose another one with DISMTS_STATE_DIR.';

function checkStateDirectory(machine: Machine, path: string): Check {
  const name = 'State directory';
  const problem = unwritable(machine, path);
  if (problem !== undefined) { return check(name, 'Missing', problem, chooseState); }
  const there = machine.owner(path);
  if (there !== undefined && (there.userId !== machine.userId || (there.mode & 0o022) !== 0)) {
    return check(name, 'Missing', `"${path}" can be written by others`,
      `Correct it with "chown ${machine.userId} ${path}; chmod 700 ${path}". ${chooseState}`);
  }
  // Only a mount for writing stages something.
  if (machine.platform !== 'linux' || machine.userId !== 0) { return check(name, 'Ok', path); }
  const { type } = machine.fileSystem(nearestFolder(machine, path));
  const [fileSystem, state, reason] = fileSystems.get(type) ?? [`file system 0x${type.toString(16)}`, 'Warning', 'is not known to hold changes'];
  return state === 'Ok'
    ? check(name, 'Ok', `${path} (${fileSystem})`)
    : check(name, state, `${path} is on ${fileSystem}, which ${reason}`, `Use a folder on a local ext4, XFS or Btrfs. ${chooseState}`);
}

function checkDiskSpace(machine: Machine, path: string): Check {
  const { freeBytes } = machine.fileSystem(nearestFolder(machine, path));
  const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free for staged changes`;
  return freeBytes < lowDiskBytes
    ? check('Disk space', 'Warning', detail, `Free some space on the disk of "${path}". ${chooseState}`)
    : check('Disk space', 'Ok', detail);
}

function checkFolder(machine: Machine, name: string, path: string, hint: string): Check {
  const problem = unwritable(machine, path);
  return problem === undefined ? check(name, 'Ok', path) : check(name, 'Warning', problem, hint);
}

/** The state directory, or what is wrong with the choice of it. */
function chosenStateFolder(): { readonly state: string; readonly problem?: Check } {
  try {
    return { state: stateFolder() };
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    return { state: '', problem: check('State directory', 'Missing', error.message, chooseState) };
  }
}

/** All checks for a machine; a folder that is not chosen is an empty text. */
export function checkMachine(machine: Machine, folders: { readonly state: string; readonly log: string; readonly scratch: string }): Check[] {
  const mounting = machine.platform === 'linux'
    ? [checkServer(machine), checkFuse(machine), checkOverlay(machine), checkVirtualDisks(machine), checkRights(machine)]
    : [check('Mounting', 'Missing', `libwim cannot mount on ${machine.platform}`, 'Information on images is all there is here; mount on Linux.')];
  return [
    checkLibwim(machine),
    ...mounting,
    ...folders.state === '' ? [] : [checkStateDirectory(machine, folders.state), checkDiskSpace(machine, folders.state)],
    folders.log === '' ? check('Log directory', 'Warning', 'the account has no home folder', 'Operations run without a log; name one with -LogPath, or set DISMTS_STATE_DIR.')
      : checkFolder(machine, 'Log directory', folders.log, 'Operations run without a log; name one with -LogPath.'),
    ...folders.scratch === '' ? [] : [checkFolder(machine, 'Scratch directory', folders.scratch, 'Choose another one with -ScratchDirectory.')],
  ];
}

/** One line to paste that installs what this machine lacks; empty where there is nothing to install. */
export function fixLine(machine: Machine): string {
  if (machine.platform !== 'linux') { return ''; }
  const lacks = (name: Requirement): boolean => {
    if (name === 'libwim') { return checkLibwim(machine).state !== 'Ok'; }
    return machine.findProgram(...name === 'fusermount' ? ['fusermount', 'fusermount3'] : [name]) === undefined;
  };
  return installLine(requirements.filter(lacks), machine.readText('/etc/os-release') ?? '', machine.userId === 0);
}

/** Looks at this machine. Changes nothing. */
export function getEnvironment(
  _params: z.output<typeof method.params>, context: OperationContext,
): Promise<z.input<typeof method.result>> {
  const log = defaultLogDirectory();
  const { state, problem } = chosenStateFolder();
  const checks = checkMachine(thisMachine, { state, log, scratch: context.scratchDirectory });
  if (problem !== undefined) { checks.push(problem); }
  return Promise.resolve({
    engine: 'Portable',
    ready: checks.every((one) => one.state !== 'Missing'),
    platform: process.platform,
    architecture: process.arch,
    elevated: isElevated(),
    stateDirectory: state,
    logDirectory: log,
    executable: isSea() ? programPath() : [programPath(), ...process.argv.slice(1, 2)].join(' '),
    checks,
    fix: fixLine(thisMachine),
  });
}
