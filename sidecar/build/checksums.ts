/** SHA256SUMS beside the executables: what the module compares before it starts one. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { targets } from './targets.ts';

/** Hexadecimal SHA-256 of bytes. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Writes the checksums of all executables that are in `folder`, in the format of sha256sum. */
export function writeChecksums(folder: string): void {
  const lines = targets
    .map(({ name, executable }) => `${name}/${executable}`)
    .filter((path) => existsSync(join(folder, path)))
    .sort()
    .map((path) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`);
  const [temporary, sums] = [join(folder, '.SHA256SUMS.tmp'), join(folder, 'SHA256SUMS')];
  // Who may not write here can use what somebody else has built.
  if (existsSync(sums) && readFileSync(sums, 'utf8') === lines.join('')) { return; }
  writeFileSync(temporary, lines.join(''));
  renameSync(temporary, sums);
}
