/** What Windows records of driver packages is computed as Windows does; where real hives are given, compared with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guidBytes } from '../../../sidecar/src/guid.ts';
import { deviceIdRecords, oemMap, oemNumber, versionRecord } from '../../../sidecar/src/drivers/driverRecords.ts';
import { InfFile } from '../../../sidecar/src/drivers/infFile.ts';
import { readModels } from '../../../sidecar/src/drivers/infModels.ts';
import type { InfTarget } from '../../../sidecar/src/drivers/infTarget.ts';
import { readVersion } from '../../../sidecar/src/drivers/infVersion.ts';
import { infHash, isStoreName, storeName } from '../../../sidecar/src/drivers/storeName.ts';
import { Hive, type HiveKey } from '../../../sidecar/src/registry/hive.ts';
import { pseudoRandom } from '../../helpers/wims.ts';

const target: InfTarget = { architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: 1 };
const parse = (text: string): InfFile => InfFile.parse(Buffer.from(`[Version]\nSignature="$Windows NT$"\n${text}`, 'latin1'));

describe('storeName()', () => {
  it('has the hash of the bytes of the INF file', () => {
    const reference = (data: Buffer) => {
      const hash = data.reduce((value, byte) => (value * 39n + BigInt(byte)) % 2n ** 64n, 0n);
      return Buffer.from(hash.toString(16).padStart(16, '0'), 'hex').reverse().toString('hex');
    };
    for (const size of [0, 1, 2, 20, 3137, 70_000]) { expect(infHash(pseudoRandom(size, size + 7))).toBe(reference(pseudoRandom(size, size + 7))); }
    expect(infHash(Buffer.alloc(100, 0xff))).toBe(reference(Buffer.alloc(100, 0xff)));
    expect(infHash(Buffer.from('ab'))).toBe('290f000000000000'); // 97 * 39 + 98
    expect(storeName('VIOSCSI.INF', 'amd64', Buffer.from('ab'))).toBe('vioscsi.inf_amd64_290f000000000000');
  });

  it('is told from other names', () => {
    expect(isStoreName('a.b c.inf_amd64_0123456789abcdef')).toBe(true);
    for (const name of ['..', 'a.inf', 'a.inf_amd64_0123', '../a.inf_amd64_0123456789abcdef', 'a.inf_vax_0123456789abcdef']) { expect(isStoreName(name)).toBe(false); }
  });
});

describe('versionRecord()', () => {
  it('is what Windows wrote for a driver of VMware', () => {
    const inf = parse('Class=SCSIAdapter\nClassGuid={4D36E97B-E325-11CE-BFC1-08002BE10318}\nDriverVer=08/02/2019,1.3.15.0\n');
    expect(versionRecord(readVersion(inf, 'amd64'), 'amd64').toString('hex'))
      .toBe('00ff0900000000007be9364d25e3ce11bfc108002be1031800003b3ac548d50100000f00030001000000000000000000');
    expect(versionRecord(readVersion(inf, 'x86'), 'x86')[2]).toBe(0);
  });
});

describe('deviceIdRecords()', () => {
  const records = (text: string, classGuid = '{4d36e97b-e325-11ce-bfc1-08002be10318}') => {
    const inf = parse(text);
    const version = { ...readVersion(parse('ClassGuid={4d36e97b-e325-11ce-bfc1-08002be10318}\nDriverVer=01/01/2020\n'), 'amd64'), classGuid };
    return Object.fromEntries(deviceIdRecords(inf, readModels(inf, target), version).map(({ id, record }) => [id, record.toString('hex')]));
  };

  it('are what Windows wrote for the line of input.inf', () => {
    expect(records('[Manufacturer]\nM=A,NTamd64\n[A.NTamd64]\nD=I,,GENERIC_HID_DEVICE,USB\\Class_03&SubClass_01,USB\\Class_03\n')).toEqual({
      GENERIC_HID_DEVICE: '02ff0000', 'USB\\Class_03&SubClass_01': '02ff0100', 'USB\\Class_03': '02ff0200',
    });
  });

  it('have the score of the section, and the best of several kinds and places', () => {
    const text = '[Manufacturer]\nM=A,NTamd64\n[A.NTamd64]\nD=I,PCI\\A,PCI\\B,pci\\c\nD=J,PCI\\C,PCI\\X,PCI\\Y,PCI\\B\n[I.NT]\nFeatureScore=FE\n[J]\nFeatureScore=zz\n';
    expect(records(text)).toEqual({ 'PCI\\A': '01fe0000', 'PCI\\B': '02fe0000', 'PCI\\C': '01ff0000', 'PCI\\X': '02ff0000', 'PCI\\Y': '02ff0100' });
    expect(records(text, '{e2f84ce7-8efa-411c-aa69-97454ca4cb57}')['PCI\\A']).toBe('03fe0000');
  });

  it('count places in two bytes', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `ID${index}`).join(',');
    expect(records(`[Manufacturer]\nM=A,NTamd64\n[A.NTamd64]\nD=I,X,${ids}\n`)).toMatchObject({ ID255: '02ffff00', ID256: '02ff0001', ID299: '02ff2b01' });
  });
});

describe('oemMap', () => {
  it('has a bit for each number, from the highest of each byte', () => {
    const hex = (text: string) => Buffer.from(text, 'hex');
    expect(oemMap.numbers(hex('e0'))).toEqual([0, 1, 2]);
    expect(oemMap.numbers(hex('fffc'))).toEqual(Array.from({ length: 14 }, (_, number) => number));
    expect(oemMap.with(hex(''), 0).toString('hex')).toBe('80');
    expect(oemMap.with(hex('ff'), 8).toString('hex')).toBe('ff80');
    expect(oemMap.with(hex('0000'), 11).toString('hex')).toBe('0010');
    expect(oemMap.without(hex('ff80'), 8).toString('hex')).toBe('ff');
    expect(oemMap.without(hex('e0'), 1).toString('hex')).toBe('a0');
    expect(oemMap.without(hex('80'), 0).length).toBe(0);
    expect(oemMap.without(hex('80'), 99).toString('hex')).toBe('80');
  });

  it('is about published names of the form oemN.inf alone', () => {
    expect([oemNumber('oem0.inf'), oemNumber('OEM12.INF'), oemNumber('oem.inf'), oemNumber('oem1.inf.x'), oemNumber('acpi.inf')]).toEqual([0, 12, undefined, undefined, undefined]);
  });
});

// Folders of hives and INF files that Windows and vendors made: none of them may be kept here.
const [hives, infs] = [process.env['DISMTS_TEST_HIVES'], process.env['DISMTS_TEST_INFS']];
if (hives === undefined) { process.stderr.write('skipped: tests of real records need DISMTS_TEST_HIVES, a folder with SYSTEM or DRIVERS hives of Windows\n'); }
if (infs === undefined) { process.stderr.write('skipped: tests of real INF files need DISMTS_TEST_INFS, a folder with INF files of vendors\n'); }

describe.skipIf(hives === undefined)('records of real hives', () => {
  const databases = hives === undefined ? [] : readdirSync(hives).map((name) => [name, Hive.parse(readFileSync(join(hives, name)), name).key('DriverDatabase')] as const);

  it('of packages are as versionRecord() writes them, but for the tail', () => {
    let compared = 0;
    for (const [, database] of databases) {
      for (const key of database?.subkey('DriverPackages')?.subkeys() ?? []) {
        const record = key.value('Version')?.data ?? Buffer.alloc(0);
        if (oemNumber(key.value('')?.asString() ?? '') === undefined) { continue; }
        const classGuid = guidText(record);
        const version = [3, 2, 1, 0].map((part) => record.readUInt16LE(32 + part * 2)) as [number, number, number, number];
        const made = versionRecord({ classGuid, version, date: record.readBigUInt64LE(24), className: '', provider: '', catalog: undefined, extensionId: undefined }, 'amd64');
        expect(made.toString('hex', 0, 40)).toBe(record.toString('hex', 0, 40));
        expect(isStoreName(key.name)).toBe(true);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('of classes: each package has one value in the key of its class', () => {
    for (const [name, database] of databases) {
      for (const key of database?.subkey('DriverPackages')?.subkeys() ?? []) {
        const published = key.value('')?.asString() ?? '';
        const value = database?.key(`DeviceIds\\${guidText(key.value('Version')?.data ?? Buffer.alloc(48))}`)?.value(published);
        expect([name, published, value?.type, value?.data.length]).toEqual([name, published, 0, 0]);
      }
    }
  });

  it('of device ids are of the forms that deviceIdRecords() makes', () => {
    const walk = (key: HiveKey, depth: number): void => {
      for (const { name, data, type } of key.values()) {
        if (type === 0) { continue; }
        expect([key.name, name, depth <= 2, data.length, (data[0] ?? 0) >= 1 && (data[0] ?? 0) <= 3]).toEqual([key.name, name, true, 4, true]);
      }
      for (const subkey of key.subkeys()) { walk(subkey, depth + 1); }
    };
    for (const [, database] of databases) {
      const ids = database?.subkey('DeviceIds');
      if (ids !== undefined) { walk(ids, 0); }
    }
  });

  it('of numbers: the map has all that are there', () => {
    for (const [name, database] of databases) {
      // The map of SYSTEM is about both hives, and the other need not have one.
      const map = database?.value('OemInfMap')?.data;
      if (map === undefined) { continue; }
      const numbers = new Set(oemMap.numbers(map));
      const used = (database?.subkey('DriverInfFiles')?.subkeys() ?? []).flatMap((key) => oemNumber(key.name) ?? []);
      expect([name, used.filter((number) => !numbers.has(number))]).toEqual([name, []]);
    }
  });
});

function guidText(record: Buffer): string {
  const [a, b, c] = [record.subarray(8, 12), record.subarray(12, 14), record.subarray(14, 16)].map((part) => Buffer.from(part).reverse().toString('hex'));
  const text = `{${a ?? ''}-${b ?? ''}-${c ?? ''}-${record.toString('hex', 16, 18)}-${record.toString('hex', 18, 24)}}`;
  expect(guidBytes(text).equals(record.subarray(8, 24))).toBe(true);
  return text;
}

describe.skipIf(infs === undefined)('real INF files', () => {
  it('are read, each for an architecture that it names', () => {
    const names = infs === undefined ? [] : readdirSync(infs, { recursive: true, encoding: 'utf8' }).filter((name) => name.toLowerCase().endsWith('.inf'));
    const outcomes = names.map((name) => {
      const inf = InfFile.parse(readFileSync(join(infs ?? '', name)));
      const found = (['amd64', 'x86', 'arm64'] as const).some((architecture) => {
        try {
          return readVersion(inf, architecture).classGuid !== '' && readModels(inf, { ...target, architecture }).length > 0;
        } catch (error) {
          if ((error as { symbol?: string }).symbol === undefined) { throw error; }
          return false;
        }
      });
      return [name, found];
    });
    expect(outcomes.filter(([, found]) => found === true).length).toBeGreaterThan(outcomes.length * 0.8);
  });
});
