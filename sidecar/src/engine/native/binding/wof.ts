/** The Windows Overlay Filter: WIM files that files of a volume point into. Windows 8.1 and later. */
import { DismError } from '../../../errors.ts';
import { loadKoffi, type Koffi } from '../../../nativeAddon/koffi.ts';
import { loadLibrary } from './nativeLibrary.ts';
import { structs } from './structs.ts';
import { failureMessage, quoted } from './text.ts';

/** WOF_PROVIDER_WIM */
const wimProvider = 1;
/** WIM_ENTRY_INFO on 64-bit Windows, and where pointers have 4 bytes. */
const layouts = {
  8: { size: 48, type: 4, id: 8, guid: 16, path: 32, index: 40, flags: 44 },
  4: { size: 48, type: 4, id: 8, guid: 16, path: 32, index: 36, flags: 40 },
} as const;

/** A WIM file that files of a volume point into. */
export interface WimEntry {
  readonly dataSourceId: bigint;
  /** WIM_BOOT_OS_WIM 0, WIM_BOOT_NOT_OS_WIM 1. */
  readonly type: number;
  readonly guid: string;
  readonly path: string;
  readonly index: number;
  /** WIM_ENTRY_FLAG_NOT_ACTIVE 1, WIM_ENTRY_FLAG_SUSPENDED 2. */
  readonly flags: number;
}

/** The functions of wofutil.dll. */
export interface Wof {
  /**
   * The WIM files that files of a volume point into.
   * @param volume Such as `C:` or a folder's volume path.
   * @see wofapi.h WofEnumEntries
   */
  enumerateEntries(volume: string): Promise<WimEntry[]>;
  /**
   * Says where a WIM file has gone.
   * @see wofapi.h WofWimUpdateEntry
   */
  updateEntry(volume: string, dataSourceId: bigint, wimPath: string): Promise<void>;
}

let prototype: ReturnType<Koffi['proto']> | undefined;

/** @throws DismError ERROR_MOD_NOT_FOUND */
export function openWof(libraryPath: string): Wof {
  const koffi = loadKoffi();
  const library = loadLibrary(libraryPath);
  structs();
  prototype ??= koffi.proto('int32_t __stdcall WofEnumEntryProc(const void *EntryInfo, void *UserData)');
  const call = async (name: string, parameters: string, values: readonly unknown[], action: string, target: string): Promise<void> => {
    const bound = library.func(`HRESULT __stdcall ${name}(${parameters})`);
    const hresult = await new Promise<number>((resolve, reject) => {
      bound.async(...values, (error: Error | null, result: number) => { if (error === null) { resolve(result); } else { reject(error); } });
    });
    if (hresult < 0) { throw new DismError(hresult, failureMessage({ action, hresult, windowsText: '', secrets: [] }), { target }); }
  };
  return {
    enumerateEntries: async (volume) => {
      const entries: WimEntry[] = [];
      let problem: unknown;
      const pointer = koffi.register((entry: bigint) => {
        try {
          entries.push(readEntry(koffi, entry));
          return 1;
        } catch (error) {
          problem = error;
          return 0;
        }
      }, koffi.pointer(prototype as never));
      try {
        await call('WofEnumEntries', 'PCWSTR VolumeName, DWORD Provider, PVOID EnumProc, PVOID UserData', [volume, wimProvider, pointer, null],
          `Cannot list the WIM files that ${quoted(volume)} points into`, volume);
      } finally {
        koffi.unregister(pointer);
      }
      if (problem !== undefined) { throw problem as Error; }
      return entries;
    },
    updateEntry: (volume, dataSourceId, wimPath) => call('WofWimUpdateEntry', 'PCWSTR VolumeName, int64_t DataSourceId, PCWSTR NewWimPath',
      [volume, dataSourceId, wimPath], `Cannot point ${quoted(volume)} to ${quoted(wimPath)}`, wimPath),
  };
}

function readEntry(koffi: Koffi, address: bigint): WimEntry {
  const layout = layouts[koffi.sizeof('void *') === 8 ? 8 : 4];
  const data = Buffer.from(koffi.view(address, layout.size));
  const path = koffi.decode(address, layout.path, 'void *') as bigint | null;
  const [first, second, third] = [data.readUInt32LE(layout.guid), data.readUInt16LE(layout.guid + 4), data.readUInt16LE(layout.guid + 6)];
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return {
    dataSourceId: data.readBigInt64LE(layout.id), type: data.readUInt32LE(layout.type),
    guid: `{${hex(first, 8)}-${hex(second, 4)}-${hex(third, 4)}-${data.toString('hex', layout.guid + 8, layout.guid + 10)}-${data.toString('hex', layout.guid + 10, layout.guid + 16)}}`,
    path: path === null ? '' : koffi.decode(path, 'char16_t', -1) as string, index: data.readUInt32LE(layout.index), flags: data.readUInt32LE(layout.flags),
  };
}
