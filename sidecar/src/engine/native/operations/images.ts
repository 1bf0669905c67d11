/** image/*: image files, and mounting, committing and unmounting their images. */
import type {
  applyCustomDataImage as customDataMethod, cleanupMountPoints as cleanupMethod, commitImage as commitMethod, getImageInfo as infoMethod, ImageInfo,
  listMountedImages as listMethod, MountedImage, mountImage as mountMethod, optimizeImage as optimizeMethod, remountImage as remountMethod,
  unmountImage as unmountMethod,
} from '@dismts/protocol';
import { DismError, UnsupportedError } from '../../../errors.ts';
import { FileErrors } from '../../../fileErrors.ts';
import { Hresult } from '../../../hresult.ts';
import { logInside } from '../../../ownFiles.ts';
import { chooseImage, type ImageChoice } from '../../../wim/imageChoice.ts';
import { noTableWarning } from '../../../wim/integrity.ts';
import { WimFile } from '../../../wim/wimFile.ts';
import {
  DISM_COMMIT_APPEND, DISM_COMMIT_GENERATE_INTEGRITY, DISM_COMMIT_IMAGE, DISM_COMMIT_SUPPORT_EA, DISM_DISCARD_IMAGE, DISM_MOUNT_CHECK_INTEGRITY,
  DISM_MOUNT_OPTIMIZE, DISM_MOUNT_READONLY, DISM_MOUNT_READWRITE, DISM_MOUNT_SUPPORT_EA, DismApplyCustomDataImageFlags,
  DismOptimizeImageFlags,
} from '../binding/constants.ts';
import type { CallOptions } from '../binding/dismApi.ts';
import type { DismImageInfo } from '../binding/structs.ts';
import { underFolder } from './imageFile/captureTree.ts';
import { findMount, mountIdOf, readMounts, requireMeant, requireMount, requireWritable, samePath } from './mounts.ts';
import { isFolder, listFolder, requireFile, requireFolder } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { text } from './values.ts';

/** By DismImageBootable. */
const bootable = ['Yes', 'No', 'Unknown'] as const;
/** By DismImageType. */
const imageTypes = ['Wim', 'Vhd'] as const;

function toImageInfo(imagePath: string, info: DismImageInfo): ImageInfo {
  const { majorVersion, minorVersion, build, spBuild } = info;
  return {
    imagePath, imageIndex: info.imageIndex, imageName: text(info.imageName), imageDescription: text(info.imageDescription),
    // Of an absurd size in a damaged file the nearest number that JSON can carry.
    imageSize: Math.min(Number(info.imageSizeBytes), Number.MAX_SAFE_INTEGER),
    imageType: imageTypes[info.imageType] ?? 'Unsupported', wimBoot: false, imageBootable: bootable[info.bootable] ?? 'Unknown',
    architecture: info.architecture, hal: text(info.hal), version: [majorVersion, minorVersion, build, spBuild].join('.'), majorVersion, minorVersion, build, spBuild,
    spLevel: info.spLevel, editionId: text(info.editionId), installationType: text(info.installationType), productName: text(info.productName),
    productType: text(info.productType), productSuite: text(info.productSuite), systemRoot: text(info.systemRoot),
    directoryCount: info.customizedInfo?.directoryCount ?? null, fileCount: info.customizedInfo?.fileCount ?? null,
    createdTime: info.customizedInfo?.createdTime ?? null, modifiedTime: info.customizedInfo?.modifiedTime ?? null,
    languages: info.languages.map(text), defaultLanguageIndex: info.defaultLanguageIndex,
  };
}

async function readImages(operation: NativeOperation, imagePath: string, action: string): Promise<ImageInfo[]> {
  requireFile(imagePath, action);
  return (await operation.call(() => operation.api.getImageInfo(imagePath))).value.map((info) => toImageInfo(imagePath, info));
}

/** The 1-based index of the image that index or name choose. @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME */
function indexOf(images: readonly ImageInfo[], choice: ImageChoice, errors: FileErrors): number {
  return chooseImage(images.map(({ imageName }) => imageName), choice, errors);
}

/** Which volume of a virtual disk is the image, the API decides. @throws UnsupportedError */
function refusePartition({ partition, imagePath }: { readonly partition?: number | undefined; readonly imagePath: string }, action: string): void {
  if (partition === undefined) { return; }
  throw new UnsupportedError(`${action}: the DISM API chooses the partition of a virtual disk itself; only the Portable engine takes one`, {
    target: imagePath, hint: 'Leave -Partition out.',
  });
}

export const getImageInfo: Handler<typeof infoMethod> = async (params, operation) => {
  const { imagePath, imageIndex, imageName } = params;
  const action = `Cannot read "${imagePath}"`;
  refusePartition(params, action);
  const images = await readImages(operation, imagePath, action);
  if (imageIndex === undefined && imageName === undefined) { return { images, logPath: '' }; }
  const index = indexOf(images, params, new FileErrors(imagePath, action));
  return { images: images.slice(index - 1, index), logPath: '' };
};

export const listMountedImages: Handler<typeof listMethod> = async ({ mountPath }, operation) => ({
  mounts: (await readMounts(operation)).filter(({ path }) => mountPath === undefined || samePath(path, mountPath)), logPath: '',
});

/** DISM says nothing of a file that has no table; of a virtual disk, or what cannot be read, there is nothing to tell. */
async function warnWithoutTable(imagePath: string, { warnings, context }: NativeOperation): Promise<void> {
  let file: WimFile;
  try {
    file = await WimFile.open(imagePath);
  } catch (error) {
    if (!(error instanceof DismError)) { throw error; }
    context.log.info(`Whether "${imagePath}" has an integrity table cannot be told: ${error.message}`);
    return;
  }
  if (file.header.integrityTable.offset === 0) { warnings.push(noTableWarning(imagePath)); }
  await file.close();
}

export const mountImage: Handler<typeof mountMethod> = async (params, operation) => {
  const { imagePath, imageIndex, imageName, mountPath, readOnly = false, optimize = false, checkIntegrity = false, supportEa = false } = params;
  const action = `Cannot mount "${imagePath}"`;
  refusePartition(params, action);
  // The log is replayed by Windows itself, whenever a disk is attached for writing.
  requireFile(imagePath, action);
  requireMountFolder(mountPath, action);
  const result = (index: number | null) => ({
    ...operation.mountResult(mountPath), imagePath, imageIndex: index, mountMode: readOnly ? 'ReadOnly' as const : 'ReadWrite' as const,
    ...index === null ? {} : { mountId: mountIdOf(imagePath, index) },
  });
  if (checkIntegrity) { await warnWithoutTable(imagePath, operation); }
  if (params.validateOnly === true) { return result(indexOf(await readImages(operation, imagePath, action), params, new FileErrors(imagePath, action))); }
  await operation.closeSessions(mountPath);
  await operation.call(() => operation.api.mountImage({
    imageFilePath: imagePath, mountPath, image: imageName === undefined ? { index: imageIndex ?? 0 } : { name: imageName },
    flags: (readOnly ? DISM_MOUNT_READONLY : DISM_MOUNT_READWRITE) | (optimize ? DISM_MOUNT_OPTIMIZE : 0) | (checkIntegrity ? DISM_MOUNT_CHECK_INTEGRITY : 0)
      | (supportEa ? DISM_MOUNT_SUPPORT_EA : 0),
  }, operation.options('Mounting')));
  if (imageIndex !== undefined) { return result(imageIndex); }
  // Of a name the API knows best which image it chose.
  const mount = await operation.optional(() => findMount(operation, mountPath), `The image is mounted; its index cannot be told`);
  return result(mount?.imageIndex ?? null);
};

/** A virtual disk can also be mounted as a drive, which is no folder. */
function requireMountFolder(mountPath: string, action: string): void {
  if (/^[A-Za-z]:[\\/]?$/.test(mountPath)) { return; }
  if (!isFolder(mountPath, action)) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_FOUND, `${action}: the folder "${mountPath}" does not exist`, { target: mountPath });
  }
  if (listFolder(mountPath, action).length > 0) {
    throw new DismError(Hresult.WIM_E_MOUNT_DIR_NOT_EMPTY, `${action}: the folder "${mountPath}" is not empty`, { target: mountPath });
  }
}

export const remountImage: Handler<typeof remountMethod> = async (params, operation) => {
  const { mountPath } = params;
  if (params.validateOnly === true) {
    await requireMount(operation, mountPath, `Cannot remount "${mountPath}"`, Hresult.WIM_E_INVALID_REMOUNT_TARGET);
  } else {
    await operation.closeSessions(mountPath);
    await operation.call(() => operation.api.remountImage(mountPath));
  }
  return operation.mountResult(mountPath);
};

/** The bits of DISM_COMMIT_MASK, which is itself no flag. */
function commitFlags(params: { append?: boolean | undefined; checkIntegrity?: boolean | undefined; supportEa?: boolean | undefined }): number {
  return DISM_COMMIT_IMAGE | (params.checkIntegrity === true ? DISM_COMMIT_GENERATE_INTEGRITY : 0) | (params.append === true ? DISM_COMMIT_APPEND : 0)
    | (params.supportEa === true ? DISM_COMMIT_SUPPORT_EA : 0);
}

export const commitImage: Handler<typeof commitMethod> = async (params, operation) => {
  const { mountPath, append = false } = params;
  const action = `Cannot save the image in "${mountPath}"`;
  await requireMeant(operation, params, action);
  const mount = await requireMount(operation, mountPath, action, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH);
  requireWritable(mount, action);
  if (params.validateOnly === true) { return { ...operation.mountResult(mountPath), imageIndex: mount.imageIndex }; }
  const image = { path: mountPath };
  await operation.change(image, (session) => operation.api.commitImage(session, commitFlags(params), operation.options('Writing')));
  const imageIndex = append ? await operation.optional(() => lastIndex(operation, mount.imagePath, action), 'The image is saved; its index cannot be told') : mount.imageIndex;
  return { ...operation.mountResult(mountPath), imageIndex: imageIndex ?? null };
};

/** An appended image is the last one of the file. */
async function lastIndex(operation: NativeOperation, imagePath: string, action: string): Promise<number> {
  return Math.max(...(await readImages(operation, imagePath, action)).map((one) => one.imageIndex));
}

export const unmountImage: Handler<typeof unmountMethod> = async (params, operation) => {
  const { mountPath, commit } = params;
  const action = `Cannot dismount "${mountPath}"`;
  await requireMeant(operation, params, action);
  const { path: logPath } = operation.context.log;
  if (logPath !== '' && underFolder(mountPath)(logPath) !== undefined) { throw logInside(action, logPath); }
  if (params.validateOnly === true) {
    const mount = await requireMount(operation, mountPath, action, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH);
    if (commit) { requireWritable(mount, action); }
    return operation.mountResult(mountPath);
  }
  await operation.closeSessions(mountPath);
  const flags = commit ? commitFlags(params) : DISM_DISCARD_IMAGE;
  await operation.call(() => operation.api.unmountImage({ mountPath, flags }, { ...operation.options('Unmounting'), ...commit ? saveProgress(operation) : {} }));
  return operation.mountResult(mountPath);
};

/** An unmount that saves counts to 200: the first half is the saving. */
function saveProgress(operation: NativeOperation): Pick<CallOptions, 'onProgress'> {
  const half = 100;
  let written = false;
  return { onProgress: (current, total) => {
    if (total === 2 * half) {
      written ||= current > half;
      operation.progress(written ? 'Unmounting' : 'Writing', written ? Math.max(current - half, 0) : current, half);
    } else {
      operation.options('Unmounting').onProgress?.(current, total);
    }
  } };
}

function isBroken({ mountStatus }: MountedImage): boolean {
  return mountStatus === 'Invalid';
}

/** Rows of one mount; what has no folder is told apart by its image. */
function isSame(one: MountedImage, other: MountedImage): boolean {
  return samePath(one.path, other.path) && (one.path !== '' || (one.imagePath === other.imagePath && one.imageIndex === other.imageIndex));
}

/** The API does not say what it removed: what is not listed any more. */
export const cleanupMountPoints: Handler<typeof cleanupMethod> = async (params, operation) => {
  if (params.validateOnly === true) { return { removed: (await readMounts(operation)).filter(isBroken), logPath: '', warnings: operation.warnings }; }
  const told = 'What was removed cannot be told';
  // A table that cannot be read may be what is to be cleaned up.
  const before = await operation.optional(() => readMounts(operation), told);
  for (const { path } of (before ?? []).filter((mount) => isBroken(mount) && mount.path !== '')) { await operation.closeSessions(path); }
  await operation.call(() => operation.api.cleanupMountpoints());
  const after = before === undefined ? undefined : await operation.optional(() => readMounts(operation), told);
  const removed = after === undefined ? [] : (before ?? []).filter((mount) => !after.some((one) => isSame(mount, one)));
  return { removed, logPath: '', warnings: operation.warnings };
};

export const optimizeImage: Handler<typeof optimizeMethod> = async (params, operation) => {
  const flag = params.optimizationTarget === 'WIMBoot' ? DismOptimizeImageFlags.WimBoot : DismOptimizeImageFlags.Boot;
  if (params.validateOnly === true) {
    await operation.open(params);
  } else {
    await operation.change(params, (session) => operation.api.optimizeImage(session, flag, operation.options('Optimizing')));
  }
  return operation.imageResult(params);
};

export const applyCustomDataImage: Handler<typeof customDataMethod> = async (params, operation) => {
  const { customDataImage, imagePath, singleInstance = false } = params;
  const action = `Cannot apply the custom data image "${customDataImage}"`;
  requireFile(customDataImage, action);
  requireFolder(imagePath, action);
  if (params.validateOnly !== true) {
    await operation.closeSessions(imagePath);
    await operation.call(() => operation.api.applyCustomDataImage({
      customDataImage, imagePath, flags: singleInstance ? DismApplyCustomDataImageFlags.SingleInstance : DismApplyCustomDataImageFlags.None,
    }, operation.options('Applying custom data')));
  }
  return operation.mountResult(imagePath);
};
