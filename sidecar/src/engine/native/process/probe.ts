/** `dismts --probe-dism [DismApi.dll]`: asks a DismApi.dll what its documentation leaves open. It reads the running Windows, and changes nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatHresult } from '../../../hresult.ts';
import { callAsync } from '../binding/asyncCall.ts';
import { EventFactory } from '../binding/cancelEvent.ts';
import { DISM_ONLINE_IMAGE, DismLogLevel } from '../binding/constants.ts';
import { DismLibrary, nativeFunction, progressParameters } from '../binding/dismLibrary.ts';
import { findLibraries } from '../binding/libraryLocation.ts';
import { readOsInfo, readString } from '../binding/structs.ts';
import type { LibraryPaths } from '../binding/libraryPaths.ts';

/** A line of Test-DismTsConformance. */
export interface ProbeAnswer {
  readonly question: string;
  /** What is assumed. */
  readonly expected: string;
  /** A code, a number or a few words; no name or path of the machine. */
  readonly seen: string;
}

/** Declared anew where a slot is to be seen as the function leaves it: koffi clears those that are only written to. */
const functions = {
  initialize: nativeFunction('DismInitialize', 'int LogLevel, PCWSTR LogFilePath, PCWSTR ScratchDirectory'),
  shutdown: nativeFunction('DismShutdown', ''),
  lastError: nativeFunction('DismGetLastErrorMessage', '_Inout_ PVOID *ErrorMessage'),
  free: nativeFunction('DismDelete', 'PVOID DismStructure'),
  openSession: nativeFunction('DismOpenSession', 'PCWSTR ImagePath, PCWSTR WindowsDirectory, PCWSTR SystemDrive, _Inout_ UINT *Session'),
  closeSession: nativeFunction('DismCloseSession', 'UINT Session'),
  getFeatures: nativeFunction('DismGetFeatures', 'UINT Session, PCWSTR Identifier, int PackageIdentifier, _Inout_ PVOID *Feature, _Inout_ UINT *Count'),
  checkHealth: nativeFunction('DismCheckImageHealth', `UINT Session, BOOL ScanImage, ${progressParameters}, _Inout_ int *ImageHealth`),
  osInfo: nativeFunction('_DismGetOsInfo', 'UINT Session, _Inout_ PVOID *OsInfo'),
} as const;

/** Exports that only some versions have; see sections 4 and 5 of Microsoft's header and of published export tables. */
const doubtful = [
  'DismGetPackageInfoEx', 'DismAddLanguage', 'DismRemoveLanguage', 'DismGetReservedStorageState', 'DismSetReservedStorageState', 'DismAddCapability',
  '_DismGetProvisionedAppxPackages', '_DismAddProvisionedAppxPackage', '_DismRemoveProvisionedAppxPackage', '_DismRemoveProvisionedAppxPackageAllUsers',
  '_DismSetEdition2', '_DismAddDriverEx', '_DismRevertPendingActions', '_DismRemoveOSUninstall', '_DismGetFeaturesEx', '_DismExportSource', '_DismCleanImage',
  '_DismOptimizeImage', '_DismGetOsInfo', '_DismGetCapabilitiesEx', '_DismGetNonRemovableAppsPolicy', '_DismSplitFfuImage', '_DismApplyFfuImage',
];

const sentinel = 0x5A5A;

/** Asks one library, in this process. */
class Probe {
  readonly answers: ProbeAnswer[] = [];
  readonly #library: DismLibrary;
  readonly #events: EventFactory;

  constructor({ libraryPath, eventsLibraryPath }: LibraryPaths) {
    this.#library = new DismLibrary(libraryPath);
    this.#events = new EventFactory(eventsLibraryPath);
  }

  async run(): Promise<void> {
    const has = doubtful.filter((name) => this.#library.exports(name));
    this.#answer('Exports that not every DismApi.dll has', 'all but DismAddLanguage and its like, which are newer',
      has.length === doubtful.length ? 'all' : `all but ${doubtful.filter((name) => !has.includes(name)).join(', ')}`);
    this.#answer('DismDelete of nothing before DismInitialize', '0x00000000 or 0xC0040001', await this.#call('free', [null]));
    await this.#askLastError('before DismInitialize');
    const folder = mkdtempSync(join(tmpdir(), 'dismts-probe-'));
    try {
      const initialize = () => this.#call('initialize', [DismLogLevel.Errors, join(folder, 'dism.log'), null]);
      const first = await initialize();
      this.#answer('DismInitialize', '0x00000000', first);
      if (first.startsWith('0x8') || first.startsWith('0xC')) { return; }
      this.#answer('A second DismInitialize', '0x00000000 or 0x00000001; the value of ALREADY_INITIALIZED is in no header', await initialize());
      await this.#askSessions();
      this.#answer('DismShutdown', '0x00000000', await this.#call('shutdown', []));
      const second = await this.#call('shutdown', []);
      this.#answer('A second DismShutdown, after two DismInitialize', '0x00000000 or 0xC0040001', second);
      await this.#askLastError('after DismShutdown');
    } finally {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // The library still has its log open; it is in the folder for temporary files.
      }
    }
  }

  async #askSessions(): Promise<void> {
    const missing: [number] = [sentinel];
    const refused = await this.#call('openSession', [join(tmpdir(), 'dismts-probe-missing'), null, null, missing]);
    this.#answer('DismOpenSession of a folder that is missing', '0x80070002 or 0x80070003', refused);
    this.#answer('The slot of a session that could not be opened', 'cleared or unchanged', missing[0] === sentinel ? 'unchanged' : missing[0] === 0 ? 'cleared' : 'something else');
    const [one, other]: [[number], [number]] = [[0], [0]];
    const opened = await this.#call('openSession', [DISM_ONLINE_IMAGE, null, null, one]);
    this.#answer('DismOpenSession of the running Windows', '0x00000000', opened);
    if (opened !== '0x00000000') { return; }
    const again = await this.#call('openSession', [DISM_ONLINE_IMAGE, null, null, other]);
    this.#answer('A second session on the running Windows', '0x00000000 with another number', `${again} with ${other[0] === one[0] ? 'the same' : 'another'} number`);
    await this.#askOsState(one[0]);
    await this.#askCancelledCall(one[0]);
    this.#answer('DismShutdown with open sessions', '0xC0040003', await this.#call('shutdown', []));
    this.#answer('DismCloseSession', '0x00000000', await this.#call('closeSession', [one[0]]));
    this.#answer('DismCloseSession of a closed session', '0xC0040004 or 0x80070057', await this.#call('closeSession', [one[0]]));
    const [feature, count]: [[bigint], [number]] = [[BigInt(sentinel)], [sentinel]];
    const code = await this.#call('getFeatures', [one[0], null, 0, feature, count]);
    this.#answer('DismGetFeatures on a closed session', '0xC0040004 or 0x80070057', code);
    this.#answer('The slots of a list that could not be made', 'cleared or unchanged', count[0] === sentinel ? 'unchanged' : count[0] === 0 ? 'cleared' : 'something else');
    if (again === '0x00000000' && other[0] !== one[0]) { await this.#call('closeSession', [other[0]]); }
  }

  async #askOsState(session: number): Promise<void> {
    const slot: [bigint | null] = [null];
    const code = await this.#call('osInfo', [session, slot]);
    this.#answer('OsState of the running Windows, whose values are not documented', 'a number', slot[0] === null ? code : String(readOsInfo(slot[0]).osState));
    if (slot[0] !== null) { await this.#call('free', [slot[0]]); }
  }

  /** The check without a scan: should the event not count, it ends at once all the same. */
  async #askCancelledCall(session: number): Promise<void> {
    const event = this.#events.create();
    try {
      event.signal();
      const begin = performance.now();
      const code = await this.#call('checkHealth', [session, 0, event.handle, null, null, [0]]);
      this.#answer('DismCheckImageHealth with an event that is set already', '0x800704D3 or 0x800704C7 at once, or done', `${code}${performance.now() - begin < 5000 ? ' at once' : ' after some time'}`);
    } finally {
      event.close();
    }
  }

  async #askLastError(when: string): Promise<void> {
    const slot: [bigint | null] = [null];
    const code = await this.#call('lastError', [slot]);
    const text = slot[0] === null ? 'no text' : (readString(slot[0]) ?? '') === '' ? 'an empty text' : 'a text';
    this.#answer(`DismGetLastErrorMessage ${when}`, 'a code, or a text', `${code} with ${text}`);
    if (slot[0] !== null) { await this.#call('free', [slot[0]]); }
  }

  async #call(name: keyof typeof functions, values: readonly unknown[]): Promise<string> {
    try {
      return formatHresult(await callAsync(this.#library.bind(functions[name], 'Cannot ask'), values));
    } catch (error) {
      return `not tried: ${(error as Error).name}`;
    }
  }

  #answer(question: string, expected: string, seen: string): void {
    this.answers.push({ question, expected, seen });
  }
}

/** Asks a library. @throws DismError, UnsupportedError: it cannot be loaded. */
export async function probe(libraries: LibraryPaths): Promise<readonly ProbeAnswer[]> {
  const asked = new Probe(libraries);
  await asked.run();
  return asked.answers;
}

/** Prints the answers as JSON. */
export async function main([, dismPath]: readonly string[]): Promise<number> {
  const answers = await probe(findLibraries({ dismPath }));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
  return 0;
}
