/** Image files and mounted images as a whole. */
import type { Caller, CallOptions } from './call.ts';
import { DismImageIdentifier } from './constants.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany } from './results.ts';
import type { DismSession } from './session.ts';
import { readImageInfo, readMountedImageInfo, type DismImageInfo, type DismMountedImageInfo } from './structs.ts';
import { quoted } from './text.ts';

const DismMountImage = nativeFunction('DismMountImage',
  `PCWSTR ImageFilePath, PCWSTR MountPath, UINT ImageIndex, PCWSTR ImageName, int ImageIdentifier, DWORD Flags, ${progressParameters}`);
const DismUnmountImage = nativeFunction('DismUnmountImage', `PCWSTR MountPath, DWORD Flags, ${progressParameters}`);
const DismRemountImage = nativeFunction('DismRemountImage', 'PCWSTR MountPath');
const DismCommitImage = nativeFunction('DismCommitImage', `DismSession Session, DWORD Flags, ${progressParameters}`);
const DismGetImageInfo = nativeFunction('DismGetImageInfo', 'PCWSTR ImageFilePath, _Out_ DismImageInfo **ImageInfo, _Out_ UINT *Count');
const DismGetMountedImageInfo = nativeFunction('DismGetMountedImageInfo', '_Out_ DismMountedImageInfo **MountedImageInfo, _Out_ UINT *Count');
const DismCleanupMountpoints = nativeFunction('DismCleanupMountpoints', '');

/** What to mount, and where. */
export interface MountImageParams {
  /** A .wim, .vhd or .vhdx file on a local volume. */
  readonly imageFilePath: string;
  /** An existing empty folder on a fixed NTFS volume. */
  readonly mountPath: string;
  /** Index 1-based; 1 for a VHD. */
  readonly image: { readonly index: number } | { readonly name: string };
  /** DISM_MOUNT_*. */
  readonly flags: number;
}

/** What to unmount, and how. */
export interface UnmountImageParams {
  readonly mountPath: string;
  /** DISM_DISCARD_IMAGE, or DISM_COMMIT_IMAGE with other DISM_COMMIT_*. */
  readonly flags: number;
}

/** Functions on images as a whole. */
export interface ImageFunctions {
  /**
   * Mounts an image. Cancellable, with progress.
   * @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME: the file has no such image.
   * @throws DismError WIM_E_*, DISM_E_IMAGE_READONLY, ERROR_BAD_FORMAT, E_INVALIDARG: the file or the folder cannot be used.
   * @see dismapi.h DismMountImage
   */
  mountImage(params: MountImageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Unmounts an image, after writing its changes or dropping them. Cancellable, with progress.
   * @throws DismError DISMAPI_E_OPEN_HANDLES_UNABLE_TO_UNMOUNT_IMAGE_PATH: a session on it is open.
   * @throws DismError DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH: nothing is mounted there.
   * @throws DismError WIM_E_MOUNTED_READONLY, WIM_E_UNMOUNT_INCOMPLETE, WIM_E_COMMIT_PARTIAL_MOUNT
   * @see dismapi.h DismUnmountImage
   */
  unmountImage(params: UnmountImageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Serves a mounted image again whose status is NeedsRemount.
   * @throws DismError DISMAPI_E_OPEN_HANDLES_UNABLE_TO_REMOUNT_IMAGE_PATH: a session on it is open.
   * @throws DismError WIM_E_INVALID_REMOUNT_TARGET, WIM_E_CHANGED_REMOUNT_REFUSED, WIM_E_UNMOUNT_IN_PROGRESS
   * @see dismapi.h DismRemountImage
   */
  remountImage(mountPath: string): Promise<CallOutcome>;
  /**
   * Writes the changes of a mounted image into its file and keeps the mount. `flags`: DISM_COMMIT_*. Cancellable, with progress.
   * @throws DismError E_INVALIDARG: the session is not on an image that DISM mounted.
   * @throws DismError WIM_E_MOUNTED_READONLY, WIM_E_CHANGED_COMMIT_REFUSED
   * @see dismapi.h DismCommitImage
   */
  commitImage(session: DismSession, flags: number, options?: CallOptions): Promise<CallOutcome>;
  /**
   * The images of a .wim, .vhd or .vhdx file.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_BAD_FORMAT, ERROR_NOT_SUPPORTED
   * @see dismapi.h DismGetImageInfo
   */
  getImageInfo(imageFilePath: string): Promise<CallResult<DismImageInfo[]>>;
  /**
   * The images that are mounted on this machine.
   * @see dismapi.h DismGetMountedImageInfo
   */
  getMountedImageInfo(): Promise<CallResult<DismMountedImageInfo[]>>;
  /**
   * Removes what broken mounts have left, and leaves the others alone.
   * @see dismapi.h DismCleanupMountpoints
   */
  cleanupMountpoints(): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function imageFunctions(caller: Caller): ImageFunctions {
  return {
    mountImage: ({ imageFilePath, mountPath, image, flags }, options) => {
      const [index, name, identifier] = 'name' in image
        ? [0, image.name, DismImageIdentifier.ImageName]
        : [image.index, null, DismImageIdentifier.ImageIndex];
      return caller.run({
        function: DismMountImage, arguments: (trio) => [imageFilePath, mountPath, index, name, identifier, flags, ...trio], options,
        action: `Cannot mount ${quoted(imageFilePath)} to ${quoted(mountPath)}`, target: imageFilePath, opensImage: true,
      });
    },
    unmountImage: ({ mountPath, flags }, options) => caller.run({
      function: DismUnmountImage, arguments: (trio) => [mountPath, flags, ...trio], options,
      action: `Cannot unmount ${quoted(mountPath)}`, target: mountPath,
    }),
    remountImage: (mountPath) => caller.run({
      function: DismRemountImage, arguments: [mountPath], action: `Cannot remount ${quoted(mountPath)}`, target: mountPath,
    }),
    commitImage: (session, flags, options) => caller.run({
      function: DismCommitImage, arguments: (trio) => [session, flags, ...trio], options, action: 'Cannot save the changes of the image',
    }),
    getImageInfo: (imageFilePath) => readMany(caller, {
      function: DismGetImageInfo, inputs: [imageFilePath], action: `Cannot read ${quoted(imageFilePath)}`, target: imageFilePath,
    }, readImageInfo),
    getMountedImageInfo: () => readMany(caller, {
      function: DismGetMountedImageInfo, inputs: [], action: 'Cannot list the mounted images',
    }, readMountedImageInfo),
    cleanupMountpoints: () => caller.run({
      function: DismCleanupMountpoints, arguments: [], action: 'Cannot clean up mount points',
    }),
  };
}
