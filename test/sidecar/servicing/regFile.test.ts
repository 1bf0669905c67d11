/** .reg files: what regedit writes, what people write, and what is refused with its line. */
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { parseRegFile } from '../../../sidecar/src/servicing/regFile.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';

const header = 'Windows Registry Editor Version 5.00\r\n\r\n';
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

/** Edits in one line each. */
function edits(file: Buffer): string[] {
  return parseRegFile(file, 'a.reg').edits.map((edit) => [
    edit.action, `${edit.hive}:${edit.key}`, ...'name' in edit ? [edit.name] : [], ...'content' in edit ? [edit.content.type, edit.content.data.toString('hex')] : [],
  ].join(' | '));
}

const hex = (text: string): string => Buffer.from(`${text}\0`, 'utf16le').toString('hex');

function failure(text: string): DismError {
  try {
    parseRegFile(utf16(text), 'a.reg');
  } catch (error) {
    if (error instanceof DismError) { return error; }
    throw error;
  }
  throw new Error('it was read');
}

describe('parseRegFile()', () => {
  const text = `${header}; a comment\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso]\r\n`
    + '@="default"\r\n"Name"="a \\"quoted\\" \\\\ path"\r\n"Number"=dword:0000000A ; ten\r\n"Gone"=-\r\n'
    + '"Bytes"=hex:00,01,\\\r\n  02,ff\r\n"Expand"=hex(2):61,00,\\\r\n 00,00\r\n"Large"=hex(b):01,00,00,00,00,00,00,00\r\n"Many"=hex(7):61,00,00,00,00,00\r\n'
    + '"None"=hex(0):\r\n"Lines"="one\r\ntwo"\r\n"日本"="ü"\r\n\r\n[-HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Old]\r\n';
  const wanted = [
    'CreateKey | SOFTWARE:Contoso',
    `SetValue | SOFTWARE:Contoso |  | 1 | ${hex('default')}`,
    `SetValue | SOFTWARE:Contoso | Name | 1 | ${hex('a "quoted" \\ path')}`,
    'SetValue | SOFTWARE:Contoso | Number | 4 | 0a000000',
    'RemoveValue | SOFTWARE:Contoso | Gone',
    'SetValue | SOFTWARE:Contoso | Bytes | 3 | 000102ff',
    'SetValue | SOFTWARE:Contoso | Expand | 2 | 61000000',
    'SetValue | SOFTWARE:Contoso | Large | 11 | 0100000000000000',
    'SetValue | SOFTWARE:Contoso | Many | 7 | 610000000000',
    'SetValue | SOFTWARE:Contoso | None | 0 | ',
    `SetValue | SOFTWARE:Contoso | Lines | 1 | ${hex('one\r\ntwo')}`,
    `SetValue | SOFTWARE:Contoso | 日本 | 1 | ${hex('ü')}`,
    'RemoveKey | SYSTEM:CurrentControlSet\\Services\\Old',
  ];

  it.each([
    ['UTF-16', utf16(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-8', Buffer.from(text)],
    ['lines that end as on Linux', Buffer.from(text.replaceAll('\r\n', '\n'))],
  ])('reads %s', (_, file) => {
    expect(edits(file)).toEqual(wanted);
  });

  it('reads REGEDIT4, whose texts are ANSI also where they are bytes', () => {
    const file = Buffer.from('REGEDIT4\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\r\n"N\xe4me"="\xfc\x80"\r\n"E"=hex(2):25,e4,00\r\n"B"=hex:e4\r\n', 'latin1');
    expect(edits(file)).toEqual([
      'CreateKey | SOFTWARE:A', `SetValue | SOFTWARE:A | Näme | 1 | ${hex('ü€')}`, `SetValue | SOFTWARE:A | E | 2 | ${hex('%ä')}`, 'SetValue | SOFTWARE:A | B | 3 | e4',
    ]);
  });

  it('maps the roots to hives, and says where keys of the user go', () => {
    const { edits: found, warnings } = parseRegFile(utf16(`${header}[HKEY_CLASSES_ROOT\\.txt]\n[HKCU\\Software\\A]\n[HKEY_USERS\\.DEFAULT\\B]\n[HKEY_CURRENT_CONFIG\\C]\n[hklm\\drivers]\n`), 'a.reg');
    expect(found.map(({ hive, key }) => `${hive}:${key}`)).toEqual([
      'SOFTWARE:Classes\\.txt', 'NTUSER:Software\\A', 'DEFAULT:B', 'SYSTEM:CurrentControlSet\\Hardware Profiles\\Current\\C', 'DRIVERS:',
    ]);
    expect(warnings).toEqual([expect.stringContaining('what new users get')]);
  });

  it('sets no values in a key that it removes', () => {
    expect(edits(utf16(`${header}[-HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x"="y"\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\B]\n`)))
      .toEqual(['RemoveKey | SOFTWARE:A', 'CreateKey | SOFTWARE:B']);
  });

  it.each([
    ['[Key]', 1, Hresult.ERROR_BAD_FORMAT],
    [`${header}"x"="y"`, 3, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A`, 3, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x"=word:1`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x"="y`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x"="y" z`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x" "y"`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"x"=hex:1,2,zz`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}\nnonsense`, 4, Hresult.ERROR_BAD_FORMAT],
    [`${header}[-HKEY_LOCAL_MACHINE\\SOFTWARE]`, 3, Hresult.ERROR_BAD_FORMAT],
    [`${header}[HKEY_LOCAL_MACHINE\\HARDWARE\\A]`, 3, Hresult.ERROR_NOT_SUPPORTED],
    [`${header}[HKEY_USERS\\S-1-5-21\\A]`, 3, Hresult.ERROR_NOT_SUPPORTED],
  ])('refuses %j, and names line %i', (text, line, code) => {
    const error = failure(text);
    expect([error.hresult, error.message]).toEqual([code, expect.stringContaining(`line ${line} `)]);
  });

  it('gives edits or an error for damaged files', () => {
    const random = seededRandom(3);
    const whole = utf16(text);
    for (let round = 0; round < 5000; round++) {
      const data = Buffer.from(whole.subarray(0, 1 + Math.floor(random() * whole.length)));
      for (let count = 0; count < 3; count++) { data[Math.floor(random() * data.length)] = Math.floor(random() * 256); }
      try { parseRegFile(data, 'a.reg'); } catch (error) { if (!(error instanceof DismError)) { throw error; } }
    }
  });
});
