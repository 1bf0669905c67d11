/** Sets and removes extended attributes, which Node cannot. */
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';

function libc() {
  const koffi = loadKoffi();
  const library = koffi.load(null);
  return {
    errno: () => koffi.errno(),
    set: library.func('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)'),
    remove: library.func('int lremovexattr(const char *path, const char *name)'),
  };
}

export function setAttribute(path: string, name: string, value: Uint8Array | string): void {
  const { set, errno } = libc();
  const bytes = Buffer.from(value);
  if (set(path, name, bytes, bytes.length, 0) !== 0) { throw new Error(`cannot set "${name}" of "${path}": errno ${errno()}`); }
}

export function removeAttribute(path: string, name: string): void {
  const { remove, errno } = libc();
  if (remove(path, name) !== 0) { throw new Error(`cannot remove "${name}" of "${path}": errno ${errno()}`); }
}
