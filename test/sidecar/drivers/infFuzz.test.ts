/** 20,000 mutated INF files: each gives a value or an error, in bounded time. */
import { expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { deviceIdRecords, versionRecord } from '../../../sidecar/src/drivers/driverRecords.ts';
import { InfFile } from '../../../sidecar/src/drivers/infFile.ts';
import { allCopies } from '../../../sidecar/src/drivers/infInstall.ts';
import { readModels } from '../../../sidecar/src/drivers/infModels.ts';
import { sourceFiles } from '../../../sidecar/src/drivers/infSources.ts';
import type { InfTarget } from '../../../sidecar/src/drivers/infTarget.ts';
import { readVersion } from '../../../sidecar/src/drivers/infVersion.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';
import { infText } from '../../helpers/store/driverPackage.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';

const target: InfTarget = { architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: 1 };
const pieces = ['[', ']', '"', '""', '%', '%%', '%maker%', '\\', '\\\r\n', ';', '=', ',', '\0', '\r', '\n', 'NTamd64', '.', 'Needs=', 'CopyFiles=', '@', 'HKR', '[Strings]', '[Version]', '..\\', 'Main_Install', 'Include=', '\u00ff\u00fe'];

/** Everything that is read of an INF file when it is added. */
function readAll(data: Buffer): number {
  const inf = InfFile.parse(data);
  const version = readVersion(inf, 'amd64');
  const models = readModels(inf, target);
  return versionRecord(version, 'amd64').length + deviceIdRecords(inf, models, version).length + sourceFiles(inf, allCopies(inf, models, target), target).length;
}

it('a mutated INF file gives a value or an error', () => {
  const random = seededRandom(20_261_126);
  const below = (limit: number) => Math.floor(random() * limit);
  const base = infText({ name: 'fuzz', decoration: 'NTamd64.10.0...16299', moreFiles: ['sub/a.dll', 'b.dll'] });
  const forms = [Buffer.from(base, 'latin1'), Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(base, 'utf16le')])];
  let values = 0;
  let slowest = 0;
  for (let round = 0; round < 20_000; round++) {
    let data = Buffer.from(forms[round % 8 === 0 ? 1 : 0] ?? '');
    for (let change = 1 + below(4); change > 0; change--) {
      const at = below(data.length);
      switch (below(4)) {
        case 0: data[at] = below(256); break;
        case 1: data = Buffer.concat([data.subarray(0, at), Buffer.from(pieces[below(pieces.length)] ?? '', 'latin1'), data.subarray(at)]); break;
        case 2: data = Buffer.concat([data.subarray(0, at), data.subarray(Math.min(data.length, at + below(40)))]); break;
        default: data = Buffer.concat([data.subarray(0, at), data.subarray(below(data.length), below(data.length)), data.subarray(at)]);
      }
      if (data.length === 0) { data = Buffer.from('['); }
    }
    const started = cpuTimeMs();
    try {
      values += readAll(data) > 0 ? 1 : 0;
    } catch (error) {
      if (!(error instanceof DismError)) { throw new Error(`round ${round}: ${String(error)}\n${data.toString('latin1')}`, { cause: error }); }
    }
    slowest = Math.max(slowest, cpuTimeMs() - started);
  }
  // Both happen, or it tries nothing.
  expect(values).toBeGreaterThan(1000);
  expect(values).toBeLessThan(19_000);
  expect(slowest).toBeLessThan(3000);
});

it('an INF file that is made to take long takes its length', () => {
  const head = '[Version]\nSignature="$Windows NT$"\nClassGuid={4d36e972-e325-11ce-bfc1-08002be10318}\nDriverVer=01/02/2023,1.0\n';
  const count = 20_000;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const texts = [
    `${head}[Manufacturer]\nM=A,NTamd64\n[A.NTamd64]\nd=S0,X\n${numbers.map((n) => `[S${n}]\nNeeds=S${(n + 1) % count}\nCopyFiles=L${n}\n[L${n}]\nf${n}.sys\n`).join('')}`,
    `${head}[Manufacturer]\n${numbers.map(() => 'M=A,NTamd64\n').join('')}[A.NTamd64]\n${numbers.slice(0, 100).map((n) => `d=I,X${n}\n`).join('')}`,
    `${head}a=${'\\ '.repeat(200_000)}\nb=${'"'.repeat(200_000)}\nc=${'%'.repeat(60_000)}\n`,
    `${head}${'['.repeat(300_000)}`,
    `${head}[Manufacturer]\nM=A,NTamd64\n[A.NTamd64]\n${numbers.map((n) => `d=I${n},X${n}\n[I${n}]\nNeeds=${'J,'.repeat(20)}\n[A.NTamd64]\n`).join('')}`,
  ];
  for (const text of texts) {
    const started = cpuTimeMs();
    try { readAll(Buffer.from(text, 'latin1')); } catch (error) { expect(error).toBeInstanceOf(DismError); }
    expect(cpuTimeMs() - started).toBeLessThan(10_000);
  }
});
