/** Remembers what the last scan of an image found, and the temporary files of a restore that may have been interrupted. Never in the image. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageHealthState, imageHealthStateSchema } from '@dismts/protocol';
import { makeFolders } from '../../makeFolders.ts';

/** The notes on one image, kept in the state directory under a name made from its path. */
export class HealthNotes {
  readonly #folder: string;
  readonly #base: string;

  /** @param image What tells the image from others: its path, and which mount of it this is. */
  constructor(statePath: string, image: string) {
    this.#folder = join(statePath, 'health');
    this.#base = join(this.#folder, createHash('sha256').update(image).digest('hex').slice(0, 32));
  }

  /** What the last scan found; why where that cannot be read. @param content What tells the image from another one that was put in its place since. */
  async lastScan(content: string): Promise<ImageHealthState | Error | undefined> {
    const text = await readFile(`${this.#base}.state`, 'utf8').catch((error: unknown) => error as NodeJS.ErrnoException);
    if (text instanceof Error) { return text.code === 'ENOENT' ? undefined : text; }
    const [state, scanned] = text.split('\n');
    const parsed = imageHealthStateSchema.safeParse(state);
    return parsed.success && scanned === content ? parsed.data : undefined;
  }

  async rememberScan(state: ImageHealthState, content: string): Promise<void> {
    makeFolders(this.#folder, 0o700);
    await writeFile(`${this.#base}.state`, `${state}\n${content}\n`, { mode: 0o600 });
  }

  /** Temporary files, as paths of the image, that an interrupted restore may have left. */
  async temporaries(): Promise<string[]> {
    const text = await readFile(`${this.#base}.journal`, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') { throw error; }
      return '';
    });
    return text.split('\n').filter((line) => line !== '');
  }

  prepare(): void {
    makeFolders(this.#folder, 0o700);
  }

  noteTemporary(path: string): void {
    appendFileSync(`${this.#base}.journal`, `${path}\n`, { mode: 0o600 });
  }

  async forgetTemporaries(): Promise<void> {
    await rm(`${this.#base}.journal`, { force: true });
  }
}
