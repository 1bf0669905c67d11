/**
 * Captures what is mounted, with what is staged, for the mount does not show the descriptors, short names and times that it has: an image of a WIM
 * file out of the file and the staged changes, a volume of a virtual disk out of its bytes.
 */
import { constants, rmSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { releaseFile } from '../../../closing.ts';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { printable } from '../../../printable.ts';
import { messageOf } from '../../../systemErrors.ts';
import { type Dentry, type ImageTree, walk } from '../../../wim/dentry.ts';
import { hexHash } from '../../../wim/hash.ts';
import { isDirectory } from '../../../wim/inode.ts';
import { parseMetadata } from '../../../wim/readMetadata.ts';
import { findParts } from '../../../wim/splitParts.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import { WimScript } from '../../../wim/wimScript.ts';
import { type CaptureImage, type Captured, compressedAllTheSame } from '../../../wimJobs/captureImage.ts';
import { runWimJob } from '../../../wimJobs/jobProcess.ts';
import { Noted } from '../../../wimJobs/noted.ts';
import { writing } from '../../../writing.ts';
import { volumeFile } from '../images/disk/chain.ts';
import { ownOf } from '../images/wim/own.ts';
import { busyError, findMount, isBusy, openState, readRecords, requireFree, requireLogOutside, withMount } from '../mounting/mountOperation.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { freeze } from '../mounting/stacking.ts';
import type { State } from '../mounting/state.ts';
import { applyChanges } from '../saving/applyChanges.ts';
import { readLinkTargets } from '../saving/linkTargets.ts';
import { gatherBlobs, type NewBlobs } from '../saving/newBlobs.ts';
import { readUpperLayer } from '../saving/upperLayer.ts';
import { writePart } from '../saving/writePart.ts';
import { makeEmptyFile } from './newFiles.ts';
import { temporaryPath, type UnfinishedWork } from './unfinished.ts';

/** A mount of ours, and what it can be captured by. */
export interface OwnMount {
  /** An image of a WIM file, or a volume of a virtual disk, by its file. */
  readonly kind: 'wim' | 'volume';
  /** Where the bytes of the volume show. */
  readonly volume: string;
}

/** The mount whose root a folder is; undefined where it is none of ours. */
export async function ownMountAt(path: string, context: OperationContext): Promise<OwnMount | undefined> {
  const state = await openState(context);
  const id = findMount(state, await realpath(path).catch(() => path), context);
  const record = readRecords(state, context).find((one) => one.id === id && one.state === 'mounted');
  if (record === undefined) { return undefined; }
  if (record.format === 'wim') { return { kind: 'wim', volume: '' }; }
  return { kind: 'volume', volume: volumeFile(state.generations.folders(record)) };
}

/** What a capture of a mount is told. */
export type MountedJob = Omit<CaptureImage, 'format' | 'path' | 'base' | 'withoutPaths' | 'isVolume'>;

/** Where it is written; without a path nothing is. */
export interface MountedTarget extends Pick<CaptureImage, 'format' | 'path'> {
  readonly work?: UnfinishedWork | undefined;
}

/** Takes what the list of exclusions leaves out of the tree. @returns That, and what is to be stored uncompressed. */
function exclude({ root }: ImageTree, script: WimScript): { readonly excluded: Noted; readonly uncompressed: Noted } {
  const [excluded, uncompressed] = [new Noted(), new Noted()];
  const pending: { readonly folder: Dentry; readonly path: string }[] = [{ folder: root, path: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of [...next.folder.children?.values() ?? []]) {
      const path = `${next.path}\\${child.name}`;
      if (script.excludes(path)) {
        next.folder.children?.delete(child.name);
        child.parent = undefined;
        excluded.add(path);
      } else if (child.children !== undefined) {
        pending.push({ folder: child, path });
      } else if (script.storesUncompressed(path)) {
        uncompressed.add(path);
      }
    }
  }
  return { excluded, uncompressed };
}

function count({ root }: ImageTree, sizeOf: (hash: string) => number): Captured {
  let [files, directories, bytes] = [0, 0, 0];
  const counted = new Set<object>();
  walk(root, ({ inode }) => {
    if (isDirectory(inode)) { directories++; } else { files++; }
    if (counted.has(inode)) { return; }
    if (inode.linkId !== 0n) { counted.add(inode); }
    for (const hash of inode.hashes()) { bytes += sizeOf(hash); }
  });
  return { files, directories, bytes };
}

/** Keeps everybody from writing to a mount while its changes are read. @throws DismError WIM_E_UNMOUNT_INCOMPLETE: a file is open for writing. */
async function whileFrozen<T>(state: State, record: MountRecord, what: string, context: OperationContext, read: () => Promise<T>): Promise<T> {
  if (record.mode === 'ReadOnly') { return await read(); }
  const sight = requireFree(state, record, what);
  requireLogOutside(sight, what, context);
  const { views: [view] } = sight;
  if (view === undefined) { throw new DismError(Hresult.DISMAPI_E_NEEDS_REMOUNT, `${what}: it is not mounted any more`, { target: record.mountPath }); }
  try {
    freeze(view, true);
  } catch (error) {
    throw isBusy(error) ? await busyError(what, view.mountPoint, error) : error;
  }
  try {
    return await read();
  } finally {
    try {
      freeze(view, false);
    } catch (error) {
      context.log.error(`"${record.mountPath}" cannot be written to yet: ${messageOf(error)}`);
    }
  }
}

/**
 * Captures a volume of a virtual disk while it is mounted. NTFS-3G holds nothing back of a file that is closed; what is still on its way to it, the
 * ends of files that were closed a moment ago, has arrived once it answers what comes after, and QEMU hands on each write before it answers it.
 */
export async function whileVolumeRests<T>(mountPath: string, what: string, context: OperationContext, read: () => Promise<T>): Promise<T> {
  return await withMount(mountPath, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) =>
    await whileFrozen(state, record, what, context, async () => {
      if (record.mode === 'ReadWrite') {
        const folder = await open(mountPath, constants.O_RDONLY | constants.O_DIRECTORY);
        try { await folder.sync(); } finally { await releaseFile(folder); }
      }
      return await read();
    }));
}

/** The image with what is staged. */
async function readMounted(state: State, record: MountRecord, wim: WimFile, context: OperationContext) {
  const metadata = await wim.metadata(record.imageIndex);
  const table = await wim.blobs();
  if (metadata === undefined || hexHash(table.imageHashes()[record.imageIndex - 1] ?? '') !== record.imageHash) {
    throw wim.errors.make(Hresult.WIM_E_CHANGED_COMMIT_REFUSED, `image ${record.imageIndex} was changed by somebody else after it was mounted`);
  }
  const tree = parseMetadata(metadata);
  if (record.mode === 'ReadOnly') { return { tree, table, warnings: [], staged: 0, gather: async () => { await Promise.resolve(); } }; }
  const layer = await readUpperLayer(state.generations.folders(record).staged, context.signal);
  const changes = await applyChanges(tree, layer, await readLinkTargets(wim, tree, layer, record.mountPath), context.signal);
  return {
    tree, table, warnings: changes.warnings, staged: changes.contents.reduce((sum, { entry }) => sum + Number(entry.stat.size), 0),
    gather: async (blobs: NewBlobs) => { await gatherBlobs(changes, blobs, record.mountPath, tree, ownOf(record).streamsShown, context); },
  };
}

/** Captures a mount into a new file. */
export async function captureMount(
  job: MountedJob, { format, path, work }: MountedTarget, context: OperationContext,
): Promise<{ readonly captured: Captured; readonly warnings: readonly string[] }> {
  const { what, source } = job;
  const script = job.script === undefined ? WimScript.default() : WimScript.parse(job.script).script;
  return await withMount(source, what, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, context, async (state, record) => {
    const wim = await WimFile.open(record.wimPath, { what });
    const part = path === undefined ? undefined : temporaryPath(path, 'file');
    try {
      const parts = await findParts(wim);
      const read = await whileFrozen(state, record, what, context, async () => {
        const { tree, table, staged, gather, ...image } = await readMounted(state, record, wim, context);
        const listed = exclude(tree, script);
        const found = count(tree, (hash) => table.sizeOf(hash));
        if (part !== undefined) {
          await writing(part, path ?? part, async () => {
            await makeEmptyFile(part, work);
            await writePart(part, wim, { tree, imageIndex: record.imageIndex, gather }, context);
          });
        }
        return { ...image, ...listed, captured: { ...found, bytes: found.bytes + staged } };
      });
      const { captured, excluded, uncompressed } = read;
      const warnings = [...read.warnings];
      if (excluded.count > 0 && script.isDefault) {
        warnings.push(printable(`Left out by the default list of exclusions: ${String(excluded)}`));
      }
      const compressed = compressedAllTheSame(uncompressed, { script: job.script, format });
      if (compressed !== undefined) { warnings.push(compressed); }
      if (captured.files + captured.directories <= 1) { throw new DismError(Hresult.E_INVALIDARG, `${what}: there is nothing in the image`, { target: source }); }
      if (path !== undefined && part !== undefined) {
        const { name, description, wimBoot, bootable, verify } = job;
        const { warnings: more } = await runWimJob('captureMounted', { part, others: parts, name, description, wimBoot, bootable, verify, format, path, what }, context);
        warnings.push(...more);
      }
      return { captured, warnings };
    } finally {
      await wim.close();
      if (part !== undefined) { rmSync(part, { force: true }); }
    }
  });
}
