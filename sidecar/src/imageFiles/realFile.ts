/** Reads a file that may be absent, and tells that from something else in its place. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { folderOf, type ImageFiles } from './imageFiles.ts';

/**
 * The bytes of a file; undefined: there is nothing of that name.
 * @throws DismError ERROR_FILE_CORRUPT: there is a folder, a link or a device in its place, which to read as "nothing" would be to overlook.
 */
export async function readRealFile(files: Pick<ImageFiles, 'read' | 'list'>, path: string, maxBytes: number): Promise<Buffer | undefined> {
  const data = await files.read(path, maxBytes);
  if (data !== undefined) { return data; }
  const name = path.slice(path.lastIndexOf('/') + 1).toUpperCase();
  if (!(await files.list(folderOf(path))).some((one) => one.toUpperCase() === name)) { return undefined; }
  throw new DismError(Hresult.ERROR_FILE_CORRUPT, `"${path}" is no file, but a folder, a link or a device`, {
    target: path, hint: 'Look what is there in the image, and move it away, or start over from an intact copy of the image.',
  });
}
