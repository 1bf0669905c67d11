/** Has the disk answer with errors while the engine reads folders of images. */
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { FolderImage } from '../../../sidecar/src/imageFiles/folderFiles.ts';

type Reading = (this: FolderImage, path: string, maxBytes?: number) => Promise<never>;
// Each is called with the image that it is of.
// eslint-disable-next-line @typescript-eslint/unbound-method
const originals = { read: FolderImage.prototype.read as Reading, list: FolderImage.prototype.list as Reading };

/** The system answers with this errno wherever a file is read, or a folder listed, whose absolute path fits; until the test has finished. */
export function breakReading(isBroken: (path: string) => boolean, code: string): void {
  for (const method of ['read', 'list'] as const) {
    const broken = vi.spyOn(FolderImage.prototype, method).mockImplementation(async function readOrNot(this: FolderImage, path: string, maxBytes?: number) {
      const full = join(this.description, path);
      if (isBroken(full)) { throw Object.assign(new Error(code), { code, syscall: method === 'list' ? 'scandir' : 'read', path: full }); }
      return await originals[method].call(this, path, maxBytes);
    });
    onTestFinished(() => { broken.mockRestore(); });
  }
}
