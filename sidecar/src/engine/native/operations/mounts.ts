/** What the API says is mounted, and the one of those mounts that is meant. */
import type { MountedImage } from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { comparablePath } from '../api/comparablePath.ts';
import type { DismMountedImageInfo } from '../binding/structs.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { text } from './values.ts';

/** By DismMountStatus. */
const mountStatuses = ['Ok', 'NeedsRemount', 'Invalid'] as const;
const statusReasons = {
  Ok: '',
  NeedsRemount: 'It is no longer served, for instance since a restart',
  Invalid: 'Its file or its staged changes are gone or damaged',
  Unknown: 'DISM reports a status that DismTs does not know',
} as const;
/** By DismMountMode. */
const mountModes = ['ReadWrite', 'ReadOnly'] as const;

/** The API numbers no mounts, so it is the image that tells them apart. */
export function mountIdOf(imagePath: string, imageIndex: number): string {
  return `${imageIndex}:${comparablePath(imagePath)}`;
}

/** @throws DismError DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH: another image is mounted there by now. */
export async function requireMeant(
  operation: NativeOperation, { mountPath, mountId }: { readonly mountPath: string; readonly mountId?: string | undefined }, action: string,
): Promise<void> {
  if (mountId === undefined) { return; }
  const mount = await requireMount(operation, mountPath, action, Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH);
  if (mount.mountId !== mountId) {
    throw new DismError(Hresult.DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH, `${action}: the mount that is meant has been dismounted, and another one is there now`, {
      target: mountPath, hint: 'Leave it to whoever mounted it: nothing has been changed. Get-DismTsImage -Mounted shows what is mounted.',
    });
  }
}

function toMountedImage(info: DismMountedImageInfo): MountedImage {
  const mountStatus = mountStatuses[info.mountStatus] ?? 'Unknown';
  return {
    path: text(info.mountPath), imagePath: text(info.imageFilePath), imageIndex: info.imageIndex,
    mountMode: mountModes[info.mountMode] ?? 'Unknown', mountStatus, statusReason: statusReasons[mountStatus],
    mountId: mountIdOf(text(info.imageFilePath), info.imageIndex),
  };
}

export async function readMounts(operation: NativeOperation): Promise<MountedImage[]> {
  return (await operation.call(() => operation.api.getMountedImageInfo())).value.map(toMountedImage);
}

export function samePath(one: string, other: string): boolean {
  // An empty path is that of no folder; resolved it would be the current one.
  if (one === '' || other === '') { return one === other; }
  return comparablePath(one) === comparablePath(other);
}

export async function findMount(operation: NativeOperation, mountPath: string): Promise<MountedImage | undefined> {
  return (await readMounts(operation)).find(({ path }) => samePath(path, mountPath));
}

/** @throws DismError with the given code: no image is mounted there. */
export async function requireMount(operation: NativeOperation, mountPath: string, action: string, code: number): Promise<MountedImage> {
  const mount = await findMount(operation, mountPath);
  if (mount === undefined) {
    throw new DismError(code, `${action}: no image is mounted there`, { target: mountPath, hint: 'List the mounted images: Get-DismTsImage -Mounted.' });
  }
  return mount;
}

/** @throws DismError WIM_E_MOUNTED_READONLY */
export function requireWritable({ mountMode, path }: MountedImage, action: string): void {
  if (mountMode === 'ReadOnly') {
    throw new DismError(Hresult.WIM_E_MOUNTED_READONLY, `${action}: it is mounted read-only`, { target: path });
  }
}
