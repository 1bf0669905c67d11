/** Services that an INF file installs, and the folders that its files go to. */
import type { InfFile } from './infFile.ts';
import { directives, type InfCopy } from './infInstall.ts';
import { type InfRegistryEntry, registryEntries } from './infRegistry.ts';
import { requireFileName } from './infVersion.ts';

/** A service of an install section. */
export interface InfService {
  readonly name: string;
  /** It drives the devices, rather than being a part that goes with it. */
  readonly isFunction: boolean;
  readonly serviceType: number;
  /** 0 boot, 1 system, 2 automatic, 3 on demand, 4 disabled. */
  readonly startType: number;
  readonly errorControl: number;
  /** As it is written, such as `%12%\a.sys`. */
  readonly rawBinary: string;
  readonly rawDisplayName: string;
  readonly rawDescription: string;
  readonly group: string;
  readonly account: string;
  readonly dependencies: readonly string[];
  /** What is written below the key of the service. */
  readonly entries: readonly InfRegistryEntry[];
  /** What is written below the key of its event log, and the path of that key below `EventLog`. */
  readonly events: { readonly key: string; readonly entries: readonly InfRegistryEntry[] } | undefined;
}

const associated = 0x2;

/** The services of an install section, such as `Inst.NTamd64`. */
export function servicesOf(inf: InfFile, installSection: string): InfService[] {
  return directives(inf, `${installSection}.Services`, 'AddService').filter(([name = '', , section = '']) => name !== '' && inf.has(section))
    .map(([name = '', flags = '', section = '', eventSection = '', eventType = '', eventName = '']) => {
      requireFileName(name, 'a service');
      // Not for Windows: raw values, for a display name is stored as the name of its string.
      const raw = (key: string) => inf.lines(section).find((line) => line.key?.toLowerCase() === key)?.fields[0] ?? '';
      const text = (key: string) => inf.text(raw(key)).trim();
      const number = (key: string, otherwise: number) => (/^(?:0x[0-9a-f]+|\d+)$/i.test(text(key)) ? Number(text(key)) : otherwise);
      return {
        name, isFunction: (Number(flags) & associated) !== 0, serviceType: number('servicetype', 1), startType: number('starttype', 3), errorControl: number('errorcontrol', 1),
        rawBinary: raw('servicebinary'), rawDisplayName: raw('displayname'), rawDescription: raw('description'), group: text('loadordergroup'),
        account: text('startname'), dependencies: inf.entries(section, 'Dependencies')[0]?.filter((item) => item !== '') ?? [],
        entries: registryEntries(inf, section).filter(({ root }) => root === 'HKR'),
        events: inf.has(eventSection) ? {
          key: `${eventType === '' ? 'System' : eventType}\\${eventName === '' ? name : eventName}`,
          entries: registryEntries(inf, eventSection).filter(({ root }) => root === 'HKR'),
        } : undefined,
      };
    });
}

/** A folder that files go to: below the Windows folder, or that of the package in the driver store; undefined: one that only Windows knows. */
export type InfFolder = { readonly windows: string } | { readonly isStore: true } | undefined;

/** What the numbers of folders in INF files mean. */
const folders: ReadonlyMap<number, InfFolder> = new Map<number, InfFolder>([
  [10, { windows: '' }], [11, { windows: 'System32' }], [12, { windows: 'System32/drivers' }], [13, { isStore: true }], [16425, { windows: 'SysWOW64' }],
]);

/** Where the files of a list go: [DestinationDirs]. */
export function destinationOf(inf: InfFile, { listSection }: InfCopy): InfFolder {
  const [fields] = [listSection, 'DefaultDestDir'].flatMap((name) => (name === undefined ? [] : inf.entries('DestinationDirs', name)));
  return fields === undefined ? undefined : inFolder(folders.get(Number(fields[0])), fields[1] ?? '');
}

function inFolder(folder: InfFolder, below: string): InfFolder {
  const parts = below.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (folder === undefined || parts.length === 0) { return folder; }
  for (const part of parts) { requireFileName(part, 'a folder'); }
  return 'windows' in folder ? { windows: [folder.windows, ...parts].filter((part) => part !== '').join('/') } : undefined;
}

/** ImagePath of a service, as Windows writes it; undefined where its file goes to a folder that only Windows knows. */
export function imagePathOf({ rawBinary, serviceType }: InfService, storeFolder: string): string | undefined {
  const [, number = '', rest = ''] = /^\s*%(\d+)%\\(.*?)\s*$/.exec(rawBinary) ?? [];
  const folder = folders.get(Number(number));
  if (folder === undefined || rest === '') { return undefined; }
  const isKernel = (serviceType & 0xb) !== 0;
  if ('isStore' in folder) { return `\\SystemRoot\\System32\\DriverStore\\FileRepository\\${storeFolder}\\${rest}`; }
  return `${isKernel ? '' : '%SystemRoot%\\'}${[folder.windows.replaceAll('/', '\\'), rest].filter((part) => part !== '').join('\\')}`;
}
