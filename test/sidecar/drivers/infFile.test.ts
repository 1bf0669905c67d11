/** INF files are read as SetupAPI reads them: encodings, lines, strings, and sections for one Windows. */
import { describe, expect, it } from 'vitest';
import { InfFile } from '../../../sidecar/src/drivers/infFile.ts';
import { chooseDecoration, type InfTarget, parseDecoration } from '../../../sidecar/src/drivers/infTarget.ts';
import { decodeInf, parseInfText } from '../../../sidecar/src/drivers/infText.ts';
import { readVersion } from '../../../sidecar/src/drivers/infVersion.ts';

const target: InfTarget = { architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: 1 };
const head = '[Version]\nSignature="$Windows NT$"\nClassGuid={4d36e972-e325-11ce-bfc1-08002be10318}\nClass=Net\nDriverVer=01/02/2023,1.2.3.4\n';

function parse(text: string, language?: number): InfFile {
  return InfFile.parse(Buffer.from(head + text, 'latin1'), language);
}

function codeOf(act: () => unknown): string {
  try { act(); } catch (error) { return (error as { symbol?: string }).symbol ?? String(error); }
  return 'no error';
}

describe('decodeInf()', () => {
  const text = '[Version]\r\nProvider="Zo\u00eb & S\u00f8n"\r\n';

  it('reads UTF-16, UTF-8 and ANSI', () => {
    expect(decodeInf(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, 'utf16le')]))).toBe(text);
    expect(decodeInf(Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(text, 'utf16le').swap16()]))).toBe(text);
    expect(decodeInf(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(text, 'utf8')]))).toBe(text);
    expect(decodeInf(Buffer.from(text, 'latin1'))).toBe(text);
    // A quotation mark that ANSI has and Latin 1 has not.
    expect(decodeInf(Buffer.of(0x93, 0x41))).toBe('\u201cA');
  });

  it('reads UTF-16 without a mark', () => {
    expect(decodeInf(Buffer.from('[Version]\r\nSignature="$WINDOWS NT$"\r\n', 'utf16le'))).toContain('[Version]');
  });

  it('refuses more bytes than an INF file may have', () => {
    expect(codeOf(() => decodeInf(Buffer.alloc(17 * 1024 * 1024)))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });
});

describe('parseInfText()', () => {
  const lines = (text: string) => (parseInfText(`[s]\n${text}`).get('s')?.lines ?? []).map(({ key, fields }) => [key, ...fields]);

  it('takes lines apart', () => {
    expect(lines('a = b , c\n')).toEqual([['a', 'b', 'c']]);
    expect(lines('just , fields')).toEqual([[undefined, 'just', 'fields']]);
    expect(lines('a = b = c')).toEqual([['a', 'b = c']]);
    expect(lines('a =\nb=,,x,')).toEqual([['a', ''], ['b', '', '', 'x', '']]);
  });

  it('keeps what is in quotation marks', () => {
    expect(lines('a = "x, ; = y" , " z "')).toEqual([['a', 'x, ; = y', ' z ']]);
    expect(lines('a = "say ""no"""')).toEqual([['a', 'say "no"']]);
    expect(lines('a = "no end\nb = c')).toEqual([['a', 'no end'], ['b', 'c']]);
    expect(lines('a = C:\\"Program Files"\\x')).toEqual([['a', 'C:\\Program Files\\x']]);
  });

  it('drops comments and joins continued lines', () => {
    expect(lines('; nothing\n\n   \na = b ; c\n')).toEqual([['a', 'b']]);
    expect(lines('a = b, \\\r\n   c, \\ ; comment\r\n d\r\ne = f')).toEqual([['a', 'b', 'c', 'd'], ['e', 'f']]);
    expect(lines('a = x\\y\nb = "c\\"')).toEqual([['a', 'x\\y'], ['b', 'c\\']]);
  });

  it('counts lines, and joins sections of the same name in any case', () => {
    const sections = parseInfText('lost = 1\n[One]\na=1\n[Two]\nb=2\n[ONE]\nc=\\\n3\nd=4\n');
    expect([...sections.keys()]).toEqual(['one', 'two']);
    expect(sections.get('one')?.lines.map(({ key, number }) => [key, number])).toEqual([['a', 3], ['c', 7], ['d', 9]]);
  });

  it('refuses a section without an end', () => {
    expect(codeOf(() => parseInfText('[Version\na=b'))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });
});

describe('InfFile', () => {
  const strings = '[Strings]\nmaker="Contoso"\npercent="100%%"\n[Strings.0407]\nmaker="Contoso GmbH"\n[Strings.0009]\nmaker="English"\n';

  it('replaces tokens once, and keeps what is none', () => {
    const inf = parse(`${strings}[x]\na=%MAKER% & %maker%,%%done%%,%12%\\a.sys,%gone% %maker%,50%,%percent%\n`);
    expect(inf.entries('X', 'A')).toEqual([['English & English', '%done%', '%12%\\a.sys', '%gone% English', '50%', '100%%']]);
  });

  it('prefers the strings of the language of the image', () => {
    expect(parse(strings, 0x0407).string('maker')).toBe('Contoso GmbH');
    expect(parse(strings, 0x0809).string('maker')).toBe('English');
    expect(parse(strings, 0x0411).string('maker')).toBe('Contoso');
  });

  it('stops at texts that grow without bound', () => {
    const inf = parse(`[Strings]\nlong="${'x'.repeat(60_000)}"\n[x]\na=${'%long%'.repeat(50_000)}\n`);
    expect(codeOf(() => inf.value('x', 'a'))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });

  it('refuses what has no signature', () => {
    expect(codeOf(() => InfFile.parse(Buffer.from('[Version]\nClass=Net\n')))).toBe('SPAPI_E_GENERAL_SYNTAX');
    expect(codeOf(() => InfFile.parse(Buffer.from('[Version]\nSignature="$Other$"\n')))).toBe('SPAPI_E_GENERAL_SYNTAX');
    expect(codeOf(() => InfFile.parse(Buffer.alloc(0)))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });
});

describe('decorations', () => {
  it('are read', () => {
    expect(parseDecoration('NTamd64.10.0...22621')).toEqual({ architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: undefined, suiteMask: undefined });
    expect(parseDecoration('ntx86.6.1.3')).toMatchObject({ architecture: 'x86', major: 6, minor: 1, productType: 3 });
    expect(parseDecoration('NTamd64.6.0.0x0000001')).toMatchObject({ productType: 1 });
    expect(parseDecoration('NTvax')).toBeUndefined();
    expect(parseDecoration('NTamd64.10.zz')).toBeUndefined();
  });

  it.each([
    [['NTamd64', 'NTamd64.10.0', 'NTamd64.6.1'], 'NTamd64.10.0'],
    [['NTamd64.10.0...22621', 'NTamd64.10.0...22000', 'NTamd64.10.0...26100'], 'NTamd64.10.0...22621'],
    [['NTamd64.10.0...26100', 'NTamd64.6.0'], 'NTamd64.6.0'],
    [['NTx86', 'NTarm64'], undefined],
    [['NTamd64.10.0.3', 'NTamd64.10.0.1', 'NTamd64.10.0'], 'NTamd64.10.0.1'],
    [['NTamd64.10.0.3'], undefined],
    [['NT', ''], undefined],
    [['NTamd64.11.0'], undefined],
  ])('of %j take the nearest that is not above', (decorations, expected) => {
    expect(chooseDecoration(decorations, target)).toBe(expected);
  });

  it('of x86 may be missing', () => {
    const old: InfTarget = { ...target, architecture: 'x86', major: 6, minor: 1, build: 7601 };
    expect(chooseDecoration(['', 'NTamd64'], old)).toBe('');
    expect(chooseDecoration(['', 'NT.6.2', 'NT.5.1'], old)).toBe('NT.5.1');
    expect(chooseDecoration(['', 'NTx86'], old)).toBe('NTx86');
  });
});

describe('readVersion()', () => {
  it('reads class, version, date and catalog of the architecture', () => {
    const inf = parse('CatalogFile=a.cat\nCatalogFile.NT=b.cat\nCatalogFile.NTamd64=c.cat\nProvider=%p%\n[Strings]\np=Contoso\n');
    expect(readVersion(inf, 'amd64')).toEqual({
      classGuid: '{4d36e972-e325-11ce-bfc1-08002be10318}', className: 'Net', provider: 'Contoso', date: 133_170_912_000_000_000n, version: [1, 2, 3, 4],
      catalog: 'c.cat', extensionId: undefined,
    });
    expect([readVersion(inf, 'x86').catalog, readVersion(parse('CatalogFile=a.cat\n'), 'amd64').catalog, readVersion(parse(''), 'amd64').catalog])
      .toEqual(['b.cat', 'a.cat', undefined]);
  });

  it.each([
    'ClassGuid={00000000-0000-0000-0000-000000000000}', 'ClassGuid=net', 'DriverVer=2023-01-02', 'DriverVer=02/30/2023,1.0', 'DriverVer=01/02/2023,1.2.3.70000',
    'DriverVer=01/02/2023,1.2.3.4.5', 'CatalogFile=..\\a.cat', 'CatalogFile=C:\\a.cat', 'ExtensionId=none',
  ])('refuses %s', (line) => {
    const key = line.split('=')[0] ?? '';
    const text = `${head.split('\n').filter((existing) => !existing.startsWith(`${key}=`)).join('\n')}${line}\n`;
    expect(codeOf(() => readVersion(InfFile.parse(Buffer.from(text)), 'amd64'))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });
});
