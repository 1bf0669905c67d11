/** Which of two paths an error is about. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DismError } from '../../sidecar/src/errors.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';
import { nameCulprit } from '../../sidecar/src/namedPath.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const params = { imagePath: '/a.wim', mountPath: '/m: "n"', imageName: 'x', readOnly: true };
const named = (message: string, target: string | undefined, given: object = params): string => {
  const error = new DismError(Hresult.E_FAIL, message, { target });
  nameCulprit(error, given);
  return error.message;
};

describe('nameCulprit()', () => {
  test('says which path is meant, and what gave it', () => {
    const paths = { imagePath: '/a.wim', mountPath: '/m' };
    expect(named('Cannot mount "/a.wim" at "/m": it does not exist', '/a.wim', paths)).toBe('Cannot mount "/a.wim" at "/m": "/a.wim" (-ImagePath): it does not exist');
    expect(named('Cannot mount "/a.wim" at "/m": it is no folder', '/m', paths)).toBe('Cannot mount "/a.wim" at "/m": "/m" (-Path): it is no folder');
    expect(named('Cannot mount "/a.wim" at "/m": the folder "/m" does not exist', '/m', paths))
      .toBe('Cannot mount "/a.wim" at "/m": the folder "/m" (-Path) does not exist');
    expect(named('Cannot mount "/a.wim" at "/m": permission is denied ("/m")', '/m', paths)).toBe('Cannot mount "/a.wim" at "/m": "/m" (-Path): permission is denied');
    expect(named('Cannot mount "/a.wim" at "/m: "n"": x', '/a.wim')).toBe('Cannot mount "/a.wim" at "/m: "n"": "/a.wim" (-ImagePath): x');
  });

  test('knows a file by what it is called without links', () => {
    const folder = tempFolder();
    const [link, file] = [join(folder, 'link'), join(folder, 'file')];
    writeFileSync(file, '');
    symlinkSync(file, link);
    expect(named(`Cannot mount "${link}" at "/m": it is damaged`, file, { imagePath: link, mountPath: '/m' }))
      .toBe(`Cannot mount "${link}" at "/m": "${link}" (-ImagePath): it is damaged`);
  });

  test('leaves alone what names one path, is about something else, or has no colon', () => {
    for (const [message, target] of [
      ['Cannot read "/a.wim": it does not exist', '/a.wim'], ['Cannot mount "/a.wim" at "/m": x', '/other'], ['Cannot mount "/a.wim" at "/m": x', undefined],
      ['Cannot mount "/a.wim" at "/m', '/a.wim'], ['Out of memory', '/a.wim'],
    ] as const) { expect(named(message, target)).toBe(message); }
    expect(() => { nameCulprit(new Error('x'), params); }).not.toThrow();
  });
});
