/** WimScript.ini: sections, anchoring, precedence, case and the traps; random lists give what wimlib-imagex makes of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeWimScript, WimScript } from '../../../sidecar/src/wim/wimScript.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { imagex, writeTree } from '../../helpers/wims.ts';

/** Which of the paths a list leaves out. */
function excluded(lines: readonly string[], paths: readonly string[], exceptions: readonly string[] = []): string[] {
  const { script, warnings } = WimScript.parse(['[ExclusionList]', ...lines, '[ExclusionException]', ...exceptions].join('\r\n'));
  expect(warnings).toEqual([]);
  return paths.filter((path) => script.excludes(path));
}

describe('the default lists', () => {
  const script = WimScript.default();

  test.for([
    '\\$ntfs.log', '\\hiberfil.sys', '\\pagefile.sys', '\\swapfile.sys', '\\System Volume Information', '\\RECYCLER', '\\Windows\\CSC', '\\windows\\csc\\v2.0.6\\pq',
    '\\PAGEFILE.SYS', '\\System Volume Information\\tracking.log', 'hiberfil.sys', '\\RECYCLER\\',
  ])('leave out %s', (path) => { expect(script.excludes(path)).toBe(true); });

  test.for(['\\Windows', '\\Windows\\pagefile.sys', '\\Windows\\CSCx', '\\CSC', '\\$Recycle.Bin', '\\', '', '\\Users\\RECYCLER'])('keep %s', (path) => {
    expect(script.excludes(path)).toBe(false);
  });

  test('store what is compressed already as it is', () => {
    expect(['\\a.MP3', '\\b\\c.zip', '\\d.cab', '\\Windows\\inf\\oem0.PNF', '\\Windows\\inf\\x\\oem0.pnf', '\\oem0.pnf', '\\a.mp3x', '\\mp3'].map((path) => script.storesUncompressed(path)))
      .toEqual([true, true, true, true, false, false, false, false]);
  });
});

describe('a file', () => {
  test('replaces the default lists, also those that it does not have', () => {
    const { script } = WimScript.parse('[ExclusionList]\n\\a');
    expect(['\\a', '\\pagefile.sys'].map((path) => script.excludes(path))).toEqual([true, false]);
    expect(script.storesUncompressed('\\a.zip')).toBe(false);
    expect([script.isDefault, WimScript.default().isDefault]).toEqual([false, true]);
  });

  test('may have its sections in any order and case, with comments', () => {
    const { script, warnings } = WimScript.parse('; first\r\n[exclusionEXCEPTION]\r\n\\a\\b\r\n\r\n  ;x\r\n[ COMPRESSIONEXCLUSIONLIST ]\r*.x\n[ExclusionList]\n\\a\n[PrepopulateList]\n\\q');
    expect(warnings).toEqual([]);
    expect(['\\a\\c', '\\a\\b', '\\a\\B\\c', '\\a', '\\q'].map((path) => script.excludes(path))).toEqual([true, false, false, false, false]);
    expect(script.storesUncompressed('\\deep\\file.X')).toBe(true);
  });

  test('is read in the encodings that Windows writes', () => {
    const text = '[ExclusionList]\r\n\\Ä\r\n';
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(text, 'latin1')]) {
      expect(WimScript.parse(decodeWimScript(bytes)).script.excludes('\\ä')).toBe(true);
    }
  });
});

describe('a line', () => {
  test('with a leading backslash begins at the captured folder', () => {
    expect(excluded(['\\a', '\\b\\c'], ['\\a', '\\a\\x\\y', '\\x\\a', '\\b', '\\b\\c', '\\x\\b\\c'])).toEqual(['\\a', '\\a\\x\\y', '\\b\\c']);
  });

  test('without one fits at any depth', () => {
    expect(excluded(['a', 'b\\c'], ['\\a', '\\x\\A', '\\x\\a\\y', '\\xa', '\\b\\c', '\\x\\b\\c', '\\x\\b', '\\b\\x\\c'])).toEqual(['\\a', '\\x\\A', '\\x\\a\\y', '\\b\\c', '\\x\\b\\c']);
  });

  test('has wildcards in its last name', () => {
    expect(excluded(['*.tmp', '\\logs\\*.l?g', 'c\\*'], ['\\a.tmp', '\\x\\.TMP', '\\atmp', '\\a.tmp\\in', '\\logs\\a.log', '\\logs\\b.lg', '\\x\\logs\\a.log', '\\c', '\\c\\d', '\\x\\c\\d\\e']))
      .toEqual(['\\a.tmp', '\\x\\.TMP', '\\a.tmp\\in', '\\logs\\a.log', '\\c\\d', '\\x\\c\\d\\e']);
    expect(excluded(['\\a\\*.*'], ['\\a', '\\a\\b', '\\a\\b.c'])).toEqual(['\\a\\b', '\\a\\b.c']);
    expect(excluded(['\\a+(b)[c]^$.{x}*'], ['\\a+(b)[c]^$.{x}', '\\A+(B)[C]^$.{X}y', '\\aab'])).toEqual(['\\a+(b)[c]^$.{x}', '\\A+(B)[C]^$.{X}y']);
  });

  test('is compared as names are, whatever their case and however long it makes them', () => {
    expect(excluded(['\\stra\u00dfe', '\\\u00e9\u0436'], ['\\STRA\u00dfE', '\\STRASSE', '\\\u00c9\u0416'])).toEqual(['\\STRA\u00dfE', '\\\u00c9\u0416']);
  });

  test('may end with a backslash and have slashes', () => {
    expect(excluded(['\\Temp\\', '/var/x'], ['\\temp\\a', '\\var\\x', '\\var'])).toEqual(['\\temp\\a', '\\var\\x']);
  });

  test.for([
    ['"\\Program Files\\a"', 'DISM ignores lines with quotation marks'], ['C:\\pagefile.sys', 'without a drive'], ['\\a*\\b', 'wildcards count in the last name only'],
    ['\\', 'it names nothing'], ['..\\x', '"." and ".." are no names'],
  ] as const)('%s has no effect, and a warning says why', ([line, reason]) => {
    const { script, warnings } = WimScript.parse(`[ExclusionList]\r\n${line}`);
    expect(warnings).toEqual([expect.stringContaining(`line 2: "${line}" has no effect: `)]);
    expect(warnings[0]).toContain(reason);
    expect(['\\Program Files\\a', '\\pagefile.sys', '\\ab\\b', '\\a', '\\x'].some((path) => script.excludes(path))).toBe(false);
  });

  test('outside a section or in an unknown one is warned of', () => {
    expect(WimScript.parse('\\a\n[Exclusions]\n\\b\n[__proto__]\n').warnings).toEqual([
      'line 1: "\\a" is in no section', 'line 2: there is no section [Exclusions]', 'line 4: there is no section [__proto__]',
    ]);
    expect(WimScript.parse(`[ExclusionList]\n${'"\n'.repeat(30)}`).warnings).toHaveLength(21);
  });
});

describe('an exception', () => {
  test('wins over the list, whatever the order', () => {
    expect(excluded(['*.txt', '\\a'], ['\\keep.txt', '\\x.txt', '\\x\\keep.txt', '\\a', '\\a\\b', '\\a\\c', '\\a\\b\\d'], ['keep.txt', '\\A\\B'])).toEqual(['\\x.txt', '\\a\\c']);
  });

  test('at any depth does not bring back a folder that is left out', () => {
    expect(excluded(['\\a'], ['\\a', '\\a\\keep.txt', '\\a\\b'], ['keep.txt'])).toEqual(['\\a', '\\a\\b']);
  });
});

test('random lists do what wimlib-imagex makes of them', async () => {
  const random = seededRandom(6);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const names = ['a', 'b', 'cc', 'a.txt', 'b.txt', 'c.log'];
  for (let round = 0; round < 15; round++) {
    const folder = tempFolder();
    const paths = new Set<string>();
    for (let i = 0; i < 25; i++) { paths.add(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(['a', 'b', 'cc'])).concat(`${pick(names)}.${i}`).join('/')); }
    for (const name of ['a.txt', 'b.txt', 'x.log']) { for (const in_ of ['', 'a/', 'b/cc/', 'a/b/']) { paths.add(in_ + name); } }
    await writeTree(join(folder, 'tree'), Object.fromEntries([...paths].map((path) => [path, ''])));
    const anchored = (folders = ['a', 'B', 'cc', 'b']): string => `\\${Array.from({ length: Math.floor(random() * 3) }, () => pick(folders)).concat(pick([...names, '*.TXT', 'a*', '?.log', '*.1?'])).join('\\')}`;
    // wimlib-imagex takes no more than one name of what fits at any depth, and keeps the rest of such a folder for an exception in it.
    const line = (): string => (random() < 0.6 ? anchored() : pick(['a.txt', 'b.txt', '*.log', 'A.*', '*.2', 'CC']));
    const exclusions = Array.from({ length: 1 + Math.floor(random() * 4) }, line);
    const exceptions = Array.from({ length: Math.floor(random() * 3) }, () => anchored(['A', 'b']));
    const text = ['[ExclusionList]', ...exclusions, '[ExclusionException]', ...exceptions, ''].join('\n');
    await writeFile(join(folder, 'WimScript.ini'), text);
    await mkdir(join(folder, 'out'));
    process.env['WIMLIB_IMAGEX_IGNORE_CASE'] = '1';
    await imagex('capture', join(folder, 'tree'), join(folder, 'a.wim'), `--config=${join(folder, 'WimScript.ini')}`, '--compress=none');
    const listed = new Set((await imagex('dir', join(folder, 'a.wim'), '1')).trim().split('\n').slice(1));
    const { script } = WimScript.parse(text);
    const everything = new Set([...paths].flatMap((path) => path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))));
    expect([...everything].filter((path) => !script.excludes(path)).map((path) => `/${path}`).sort(), text).toEqual([...listed].sort());
  }
});
