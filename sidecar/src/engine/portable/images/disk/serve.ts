/** Serves the volume of a virtual disk: QEMU shows its bytes as a file, with the staged changes on them, and NTFS-3G the files on it. */
import { fstatSync, writeFileSync } from 'node:fs';
import { release } from '../../../../closing.ts';
import { DismError } from '../../../../errors.ts';
import { Hresult } from '../../../../hresult.ts';
import type { OperationContext } from '../../../../operationContext.ts';
import { bootId } from '../../../../platform/linux/bootId.ts';
import { holdFile } from '../../../../platform/linux/mountCalls.ts';
import { runProgram } from '../../../../platform/linux/programs.ts';
import type { MountRecord } from '../mountRecord.ts';
import type { GenerationFolders, ServeRequest } from '../imageFormat.ts';
import { mountPrivately } from '../privateRoot.ts';
import { programFailure } from '../programFailure.ts';
import { firstWords } from '../programWords.ts';
import { protectFromMemoryKiller, volumeFile } from './chain.ts';
import { mendMirror, requireWhole } from './mirror.ts';
import { ownOf } from './own.ts';
import { diskStaging } from './staging.ts';
import { confined, requireProgram } from './tools.ts';

/** Type of the file system in the mount table. */
export const ntfsType = 'fuse';

/** The image file as the daemon gets it. */
const firstDescriptor = '/proc/self/fd/3';

/**
 * What the daemon is asked for, a node on the other. Formats are named, so nothing is probed; the file is the one that was looked at, by
 * its descriptor. Each write reaches the file of the changes before it is answered, tables and all, so that they survive a daemon that is
 * killed; that they reach the disk is seen to when it ends.
 */
function nodes({ mode, ...record }: MountRecord, folders: GenerationFolders): readonly object[] {
  const { driver, start, length } = ownOf(record);
  const isWritable = mode === 'ReadWrite';
  return [
    { 'node-name': 'file', driver: 'file', filename: firstDescriptor, 'read-only': true },
    { 'node-name': 'disk', driver, file: 'file', 'read-only': true },
    ...isWritable ? [
      { 'node-name': 'changes-file', driver: 'file', filename: folders.staged, cache: { 'no-flush': true } },
      { 'node-name': 'changes', driver: 'qcow2', file: 'changes-file', backing: 'disk', 'l2-cache-entry-size': 4096 },
    ] : [],
    { 'node-name': 'volume', driver: 'raw', file: isWritable ? 'changes' : 'disk', offset: start, size: length, 'read-only': !isWritable },
  ];
}

function servingError({ wimPath, mountPath }: MountRecord, program: string, exitCode: number, output: string): DismError {
  const what = `Cannot mount "${wimPath}" at "${mountPath}"`;
  const reason = firstWords(output);
  if (/Parameter '(?:type|allow-other|writethrough)'/.test(output)) {
    return new DismError(Hresult.WIM_E_SERVICE_NOT_FOUND, `${what}: the QEMU that is installed cannot show a disk as a file (${reason})`, {
      target: wimPath, hint: 'Install QEMU 6.1 or later.',
    });
  }
  if (/fuse.*(?:device not found|permission denied|operation not permitted)/i.test(output)) {
    return new DismError(Hresult.WIM_E_DRIVER_NOT_INSTALLED, `${what}: FUSE refused it (${reason})`, { target: mountPath });
  }
  // The folder is not the volume.
  if (/bad mount point/.test(output)) { return programFailure({ program, exitCode, output, what, target: mountPath }); }
  // It says so of records that do not fit together, too.
  if (program === 'ntfs-3g' && !/\bmount failed/.test(output) && /Input\/output error|MFTMirr does not match/.test(output)) {
    return new DismError(Hresult.ERROR_DISK_CORRUPT, `${what}: its NTFS volume is damaged, or cannot be read (${reason})`, {
      target: wimPath, hint: 'Check the disk of this machine that has the file. Repair the volume in Windows with chkdsk /f, or take the file from a backup.',
    });
  }
  return programFailure({ program, exitCode, output, what, target: wimPath });
}

/** Descriptors, attributes and names stay as they are; streams show as `user.*` attributes; a name that Windows could not read is refused. */
const mountOptions = ['streams_interface=xattr', 'noatime', 'nosuid', 'nodev', 'inherit', 'windows_names', 'efs_raw', 'big_writes', 'umask=0077'];

async function startDaemon({ record, folders, lock }: ServeRequest, context: OperationContext): Promise<void> {
  const path = volumeFile(folders);
  writeFileSync(path, '', { mode: 0o600 });
  const exported = {
    type: 'fuse', id: 'volume', 'node-name': 'volume', mountpoint: path, 'allow-other': 'off',
    ...record.mode === 'ReadWrite' ? { writable: true, writethrough: true } : {},
  };
  const args = ['--daemonize', ...nodes(record, folders).flatMap((node) => ['--blockdev', JSON.stringify(node)]), '--export', JSON.stringify(exported)];
  const { path: program, words } = confined('qemu-storage-daemon', args);
  const file = holdFile(record.wimPath);
  try {
    const { ino, dev } = fstatSync(file, { bigint: true });
    const { place } = record;
    if (String(ino) !== place.inode || String(dev) !== place.device) {
      throw new DismError(Hresult.ERROR_SHARING_VIOLATION, `Cannot mount "${record.wimPath}": the file was replaced meanwhile`, { target: record.wimPath });
    }
    context.log.debug(`${program} ${words.join(' ')}`);
    const { exitCode, output } = await runProgram(program, words, context.signal, { lock, files: [file] });
    if (exitCode !== 0) {
      context.log.error(output);
      throw servingError(record, 'qemu-storage-daemon', exitCode, output);
    }
  } finally {
    release(file);
  }
}

/** NTFS-3G runs in a private root, as libwim does: links on the volume lead below the mount folder, wherever it is mounted at first. */
async function startFileSystem({ record, folders, target, baseMount, lock }: ServeRequest, context: OperationContext): Promise<number> {
  const { mountPath, mode } = record;
  const path = volumeFile(folders);
  // Nothing is written by a read-only mount, so a volume that was not left in order can be shown.
  const options = [...mountOptions, ...mode === 'ReadOnly' ? ['ro'] : ['rw', 'norecover']].join(',');
  const { path: program, words } = confined('ntfs-3g', [path, mountPath, '-n', '-o', options]);
  const programs = ['unshare', 'setpriv', 'ntfs-3g'] as const;
  return await mountPrivately({
    baseMount, target, mountPath, type: ntfsType,
    files: ['/', '/proc/self', '/dev/fuse', ...programs.map(requireProgram), path], mountedFile: path,
  }, async () => {
    context.log.debug(`${program} ${words.join(' ')}`);
    const { exitCode, output, pid } = await runProgram(program, words, context.signal, { lock, root: target });
    if (exitCode === 0) { return pid; }
    context.log.error(output);
    throw servingError(record, 'ntfs-3g', exitCode, output);
  });
}

/**
 * Serves the volume. Both programs go into the background and outlive this process.
 * @returns The number that the process had that NTFS-3G left in the background.
 * @throws DismError. Killed at the wrong moment it may have begun already, which takeDown() ends.
 */
export async function serve(request: ServeRequest, context: OperationContext): Promise<number> {
  const { record, folders } = request;
  await startDaemon(request, context);
  if (record.mode === 'ReadWrite' && diskStaging.hasChanges(folders, record)) {
    await mendMirror(volumeFile(folders), context);
    if (record.live !== undefined && record.live.bootId !== bootId()) { await requireWhole(volumeFile(folders), record.wimPath); }
  }
  const pid = await startFileSystem(request, context);
  protectFromMemoryKiller(folders);
  return pid;
}
