import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstThere, isThere } from '../../sidecar/src/isThere.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const unanswered = `/${'x'.repeat(300)}`;

test('isThere() also sees a link to nothing, and tells what does not answer from what is missing', () => {
  const link = join(tempFolder(), 'link');
  symlinkSync('nothing', link);
  expect([isThere(link), isThere(`${link}.no`)]).toEqual([true, false]);
  expect(() => isThere(unanswered)).toThrow('ENAMETOOLONG');
});

test('firstThere() passes over what does not answer, and fails where nothing else is there', () => {
  const folder = tempFolder();
  const [link, file] = [join(folder, 'link'), join(folder, 'file')];
  symlinkSync('nothing', link);
  writeFileSync(file, '');
  expect(firstThere([link, unanswered, file, folder])).toBe(file);
  expect(firstThere([link, `${file}/below`])).toBeUndefined();
  expect(() => firstThere([link, unanswered])).toThrow('ENAMETOOLONG');
});
