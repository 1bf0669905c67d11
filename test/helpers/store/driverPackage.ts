/** Makes driver packages from nothing: an INF file as vendors write them, the files that it copies, and a catalog of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileDigests } from '../../../sidecar/src/drivers/fileDigests.ts';
import { pseudoRandom } from '../wims.ts';
import { writeCatalog } from './catalogWriter.ts';

/** A package to be made. */
export interface DriverPackageSpec {
  /** Name of the INF file without its ending. */
  readonly name: string;
  readonly className?: string;
  readonly classGuid?: string;
  readonly version?: string;
  readonly date?: string;
  readonly provider?: string;
  /** Decoration of the models, such as `NTamd64.10.0...16299`. */
  readonly decoration?: string;
  /** Hardware id, then ids that it is compatible with; one list a device. */
  readonly devices?: readonly (readonly string[])[];
  /** More lines, by section. */
  readonly sections?: Readonly<Record<string, readonly string[]>>;
  /** Start type of the service; 0 is boot. */
  readonly start?: number;
  /** Lines of the service's AddReg. */
  readonly parameters?: readonly string[];
  readonly unsigned?: boolean;
  /** Common name of who signs the catalog. */
  readonly signer?: string;
  /** Files in folders of their own, by path in the package. */
  readonly moreFiles?: readonly string[];
  readonly seed?: number;
  /** Of each file that is copied; a few hundred or thousand otherwise. */
  readonly bytesPerFile?: number;
}

export const netClass = '{4d36e972-e325-11ce-bfc1-08002be10318}';
export const scsiClass = '{4d36e97b-e325-11ce-bfc1-08002be10318}';

/** A package: its files by path. */
export interface DriverPackage {
  readonly name: string;
  readonly inf: Buffer;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The text of an INF file. */
export function infText(spec: DriverPackageSpec): string {
  const { name, className = 'Net', classGuid = netClass, version = '1.2.3.4', date = '03/05/2024', provider = 'DismTs Tests', decoration = 'NTamd64', start = 3 } = spec;
  const devices = spec.devices ?? [[`PCI\\VEN_1DDD&DEV_0001&SUBSYS_${name.toUpperCase()}`, 'PCI\\VEN_1DDD&DEV_0001']];
  const more = spec.moreFiles ?? [];
  const fileName = (path: string) => path.split('/').at(-1) ?? '';
  const sections: Record<string, readonly string[]> = {
    Version: [
      'Signature="$WINDOWS NT$"', `Class=${className}`, `ClassGuid=${classGuid}`, 'Provider=%maker%', `DriverVer=${date},${version}`,
      ...spec.unsigned === true ? [] : [`CatalogFile=${name}.cat`], 'PnpLockdown=1',
    ],
    DestinationDirs: ['DefaultDestDir=12'],
    SourceDisksNames: ['1=%disk%,,,'],
    SourceDisksFiles: [`${name}.sys=1,,`, ...more.map((path) => `${fileName(path)}=1,${path.split('/').slice(0, -1).join('\\')}`)],
    Manufacturer: [`%maker%=Models,${decoration}`],
    [`Models.${decoration}`]: devices.map((ids, index) => `%device% ${index + 1}=Main_Install,${ids.join(',')}`),
    Main_Install: ['CopyFiles=Driver_Files'],
    Driver_Files: [`${name}.sys,,,2`, ...more.map(fileName)],
    'Main_Install.Services': [`AddService=${name},0x00000002,Service_Install,Event_Install`],
    Service_Install: [
      'DisplayName=%service%', 'ServiceType=1', `StartType=${start}`, 'ErrorControl=1', `ServiceBinary=%12%\\${name}.sys`, 'LoadOrderGroup=SCSI Miniport',
      'AddReg=Service_Registry',
    ],
    Service_Registry: ['HKR,"Parameters\\PnpInterface","5",0x00010001,0x00000001', ...spec.parameters ?? []],
    Event_Install: ['AddReg=Event_Registry'],
    Event_Registry: ['HKR,,EventMessageFile,0x00020000,"%%SystemRoot%%\\System32\\IoLogMsg.dll"', 'HKR,,TypesSupported,0x00010001,7'],
    Strings: [`maker="${provider}"`, 'disk="Disk of tests"', 'device="Device of tests"', 'service="Service of tests"'],
    ...spec.sections,
  };
  return Object.entries(sections).map(([section, lines]) => `[${section}]\r\n${lines.map((line) => `${line}\r\n`).join('')}`).join('\r\n');
}

/** Makes a package in memory. */
export function makeDriverPackage(spec: DriverPackageSpec): DriverPackage {
  const inf = Buffer.from(infText(spec), 'latin1');
  const files = new Map<string, Buffer>([[`${spec.name}.inf`, inf], [`${spec.name}.sys`, pseudoRandom(spec.bytesPerFile ?? 3000, (spec.seed ?? 1) + spec.name.length)]]);
  (spec.moreFiles ?? []).forEach((path, index) => files.set(path, pseudoRandom(spec.bytesPerFile ?? 500 + index, 90 + index)));
  if (spec.unsigned !== true) {
    files.set(`${spec.name}.cat`, writeCatalog([...files.values()].map((data) => fileDigests(data)[0] ?? ''), spec.name, spec.signer ?? 'DismTs Test Signer'));
  }
  return { name: spec.name, inf, files };
}

/** Writes a package into a folder, and gives the path of its INF file. */
export function writeDriverPackage(folder: string, { name, files }: DriverPackage): string {
  for (const [path, data] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data);
  }
  return join(folder, `${name}.inf`);
}
