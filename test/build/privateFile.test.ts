/** withPrivateFile(): the rules for a file that is going to be executed, without the executable around them. */
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UnsafePathError, withPrivateFile } from '../../sidecar/src/nativeAddon/privateFile.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const content = Buffer.from('the right content');
const sha256 = createHash('sha256').update(content).digest('hex');

function fileIn(base: string) {
  return { base, below: ['a', 'b'], name: 'file', sha256, content: () => content };
}

test('writes the file, and hands out what was hashed even when the path changes hands', () => {
  const base = tempFolder();
  const seen = withPrivateFile(fileIn(base), (path) => {
    renameSync(join(base, 'a'), join(base, 'taken'));
    mkdirSync(join(base, 'a', 'b'), { recursive: true });
    writeFileSync(join(base, 'a', 'b', 'file'), 'evil');
    return readFileSync(path, 'utf8');
  });
  expect(seen).toBe(content.toString());
});

test('does not ask for the content when the file is right', () => {
  const base = tempFolder();
  withPrivateFile(fileIn(base), () => undefined);
  const lazy = { ...fileIn(base), content: (): never => { throw new Error('asked for the content'); } };
  expect(withPrivateFile(lazy, (path) => readFileSync(path))).toEqual(content);
});

test('replaces a file with other content, and leaves no temporary file', () => {
  const base = tempFolder();
  withPrivateFile(fileIn(base), () => undefined);
  appendFileSync(join(base, 'a', 'b', 'file'), '!');
  expect(withPrivateFile(fileIn(base), (path) => readFileSync(path))).toEqual(content);
  expect(readdirSync(join(base, 'a', 'b'))).toEqual(['file']);
  expect(statSync(join(base, 'a', 'b', 'file')).mode).toBe(0o100600);
});

test('refuses content that has not the hash, and leaves no temporary file', () => {
  const base = tempFolder();
  const wrong = { ...fileIn(base), content: () => Buffer.from('something else') };
  expect(() => withPrivateFile(wrong, () => undefined)).toThrow(UnsafePathError);
  expect(readdirSync(join(base, 'a', 'b'))).toEqual(['file']);
});

test('refuses a folder that is a link, a file, or open to others, and writes nothing', () => {
  const cases: readonly ((path: string, base: string) => void)[] = [
    (path, base) => { symlinkSync(base, path); },
    (path) => { writeFileSync(path, ''); },
    (path) => { mkdirSync(path); chmodSync(path, 0o720); },
    (path) => { mkdirSync(path); chmodSync(path, 0o702); },
  ];
  for (const prepare of cases) {
    const base = tempFolder();
    prepare(join(base, 'a'), base);
    expect(() => withPrivateFile(fileIn(base), () => undefined)).toThrow(expect.objectContaining({ name: 'UnsafePathError', path: join(base, 'a') }));
    expect(readdirSync(base)).toEqual(['a']);
  }
});
