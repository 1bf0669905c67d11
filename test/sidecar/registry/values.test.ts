/** What bytes of values mean. */
import { describe, expect, it } from 'vitest';
import { fileTimeToIso } from '../../../sidecar/src/fileTime.ts';
import { readText, readTexts } from '../../../sidecar/src/registry/values.ts';

const utf16 = (text: string) => Buffer.from(text, 'utf16le');

describe('readText()', () => {
  it.each([
    [utf16('abc\0'), 'abc'],
    [utf16('abc'), 'abc'],
    [utf16('abc\0rest\0'), 'abc'],
    [Buffer.concat([utf16('ä'), Buffer.from([1])]), 'ä'],
    [Buffer.alloc(0), ''],
  ])('reads %j', (data, text) => {
    expect(readText(data)).toBe(text);
  });
});

describe('readTexts()', () => {
  it.each([
    [utf16('a\0b\0\0'), ['a', 'b']],
    [utf16('a\0b\0'), ['a', 'b']],
    [utf16('a\0b'), ['a', 'b']],
    [utf16('a\0\0b\0\0'), ['a']],
    [utf16('\0'), []],
    [Buffer.alloc(0), []],
  ])('reads %j', (data, texts) => {
    expect(readTexts(data)).toEqual(texts);
  });
});

describe('fileTimeToIso()', () => {
  it.each([
    [116_444_736_000_000_000n, '1970-01-01T00:00:00.000Z'],
    [133_485_408_001_230_000n, '2024-01-01T00:00:00.123Z'],
    [1n, '1601-01-01T00:00:00.000Z'],
    [2_650_467_743_999_999_999n, '9999-12-31T23:59:59.999Z'],
    [0n, undefined],
    [2_650_467_744_000_000_000n, undefined],
    [0xffff_ffff_ffff_ffffn, undefined],
  ])('shows %d', (time, iso) => {
    expect(fileTimeToIso(time)).toBe(iso);
  });
});
