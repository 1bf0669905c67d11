/** What an INF file says of a package: its devices and its files. */
import { describe, expect, it } from 'vitest';
import { InfFile } from '../../../sidecar/src/drivers/infFile.ts';
import { allCopies, withNeeds } from '../../../sidecar/src/drivers/infInstall.ts';
import { readModels } from '../../../sidecar/src/drivers/infModels.ts';
import { sourceFiles } from '../../../sidecar/src/drivers/infSources.ts';
import type { InfTarget } from '../../../sidecar/src/drivers/infTarget.ts';
import { infText } from '../../helpers/store/driverPackage.ts';

const target: InfTarget = { architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: 1 };
const parse = (text: string): InfFile => InfFile.parse(Buffer.from(`[Version]\nSignature="$Windows NT$"\n${text}`, 'latin1'));

function codeOf(act: () => unknown): string {
  try { act(); } catch (error) { return (error as { symbol?: string }).symbol ?? String(error); }
  return 'no error';
}

describe('readModels()', () => {
  it('takes the section of each maker that is nearest', () => {
    const inf = parse('[Manufacturer]\n%a%=A,NTamd64,NTamd64.10.0...22000\nB,NTamd64\n%c%=C,NTx86\n[A.NTamd64]\n%old%=I,PCI\\OLD\n[A.NTamd64.10.0...22000]\n'
      + '%new% = I, PCI\\NEW, PCI\\C1,, PCI\\C2\n"Text"=J,,GEN\n[B.NTamd64]\n%b%=Gone,USB\\B\n[C.NTx86]\n%c%=I,PCI\\C\n[I]\na=b\n[I.NTamd64]\na=b\n[J.NT]\na=b\n');
    expect(readModels(inf, target)).toEqual([
      { rawDescription: '%new%', rawManufacturer: '%a%', installSection: 'I.NTamd64', hardwareId: 'PCI\\NEW', compatibleIds: ['PCI\\C1', 'PCI\\C2'] },
      { rawDescription: 'Text', rawManufacturer: '%a%', installSection: 'J.NT', hardwareId: '', compatibleIds: ['GEN'] },
      { rawDescription: '%b%', rawManufacturer: 'B', installSection: undefined, hardwareId: 'USB\\B', compatibleIds: [] },
    ]);
  });

  it('tells another architecture from a newer version', () => {
    expect(codeOf(() => readModels(parse('[Manufacturer]\n%a%=A,NTarm64\n[A.NTarm64]\n%d%=I,X\n'), target))).toBe('SPAPI_E_DRIVER_NONNATIVE');
    expect(codeOf(() => readModels(parse('[Manufacturer]\n%a%=A\n'), target))).toBe('SPAPI_E_DRIVER_NONNATIVE');
    expect(codeOf(() => readModels(parse('[Manufacturer]\n%a%=A,NTamd64.10.0...26100\n[A.NTamd64.10.0...26100]\n%d%=I,X\n'), target))).toBe('SPAPI_E_INVALID_TARGET');
    expect(readModels(parse(''), target)).toEqual([]);
  });

  it.each(['\\X', 'PCI\\', 'A\\\\B', 'x'.repeat(201), 'PCI\\A\u0007'])('refuses the hardware id %j', (id) => {
    expect(codeOf(() => readModels(parse(`[Manufacturer]\n%a%=A,NTamd64\n[A.NTamd64]\n%d%=I,"${id}"\n`), target))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });
});

describe('files of a package', () => {
  const files = (text: string, architecture: InfTarget['architecture'] = 'amd64') => {
    const inf = parse(text);
    const wanted = { ...target, architecture };
    return sourceFiles(inf, allCopies(inf, readModels(inf, wanted), wanted), wanted).map(({ path, isCopied }) => (isCopied ? path : `(${path})`)).sort();
  };
  const models = '[Manufacturer]\n%a%=A,NTamd64,NTx86\n[A.NTamd64]\n%d%=I,X\n[A.NTx86]\n%d%=I,X\n';

  it('come from sections and those that they need, each from the disk of its architecture', () => {
    const text = `${models}[I.NT]\nCopyFiles=L,@c.dll\nInclude=other.inf\nNeeds=M,Elsewhere\n[L]\na.sys,,,2\nb.dll,b64.dll\n[M]\nCopyFiles=N\nNeeds=I.NT\n[N]\nd.dll\n`
      + '[I.NT.CoInstallers]\nCopyFiles=K\n[K]\ne.dll\n[SourceDisksNames]\n1=x,,,\\root\n[SourceDisksNames.amd64]\n2=y,,,\n'
      + '[SourceDisksFiles]\na.sys=1,i386\nb64.dll=2,.\\sub\\deep\nc.dll=9\nextra.txt=1\n[SourceDisksFiles.amd64]\na.sys=2,amd64\n';
    expect(files(text)).toEqual(['(root/extra.txt)', 'amd64/a.sys', 'c.dll', 'd.dll', 'e.dll', 'sub/deep/b64.dll']);
    expect(files(text, 'x86')).toContain('root/i386/a.sys');
    expect(withNeeds(parse(text), 'i.nt')).toEqual(['i.nt', 'M']);
  });

  it.each(['..\\a.sys', 'C:\\a.sys', 'a/b.sys', '..', 'a.sys:stream'])('may not be called %s', (name) => {
    expect(codeOf(() => files(`${models}[I]\nCopyFiles=L\n[L]\n"${name}"\n`))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });

  it('may not be in a folder outside', () => {
    expect(codeOf(() => files(`${models}[I]\nCopyFiles=L\n[L]\na.sys\n[SourceDisksFiles]\na.sys=1,..\\..\\etc\n`))).toBe('SPAPI_E_GENERAL_SYNTAX');
    expect(codeOf(() => files(`${models}[I]\nCopyFiles=L\n[L]\na.sys\n[SourceDisksNames]\n1=x,,,..\\up\n[SourceDisksFiles]\na.sys=1\n`))).toBe('SPAPI_E_GENERAL_SYNTAX');
  });

  it('are those of a generated package', () => {
    const inf = InfFile.parse(Buffer.from(infText({ name: 'gen', moreFiles: ['sub/more.dll'] })));
    expect(sourceFiles(inf, allCopies(inf, readModels(inf, target), target), target).map(({ path }) => path)).toEqual(['gen.sys', 'sub/more.dll']);
  });
});
