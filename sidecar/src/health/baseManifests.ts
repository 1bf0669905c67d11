/** Finds the base manifests of an image, which its compressed manifests are expanded with. */
import { readBaseManifest } from '../componentStore/baseManifest.ts';
import { compareVersions } from '../componentStore/identity.ts';
import { fileTrouble, isForbidden } from '../imageFiles/fileTrouble.ts';
import { type ImageFiles, joinPath } from '../imageFiles/imageFiles.ts';
import { isSystemError, messageOf, type SystemError } from '../systemErrors.ts';
import type { Findings } from './findings.ts';
import type { StoreIndex } from './storeIndex.ts';
import { storeFolder } from './storePaths.ts';

/** Whether the name of a component's key or folder is that of a servicing stack. */
export function isServicingStack(name: string): boolean {
  return /_microsoft-windows-servicingstack_/i.test(name);
}

const versionOf = (name: string): string => name.split('_')[3] ?? '';

/** The base manifests of an image. */
export interface OwnBases {
  /** Of every servicing stack, that of the newest first. */
  readonly bases: readonly Buffer[];
  /** There is none, or that of the newest servicing stack that is recorded cannot be read. */
  readonly isNewestLost: boolean;
  /** What the system answered instead of the newest of those that cannot be read. */
  readonly answer: SystemError | undefined;
}

/** The base manifests of a store. */
interface StoreBases {
  readonly bases: readonly { readonly version: string; readonly base: Buffer }[];
  readonly answer: SystemError | undefined;
}

/** Base manifests of every servicing stack in a store, with the version of each; those that cannot be read are not there. */
async function readBasesIn(files: ImageFiles, store: string): Promise<StoreBases> {
  const bases: { version: string; base: Buffer }[] = [];
  let answer: SystemError | undefined;
  const note = (error: unknown): undefined => {
    if (fileTrouble(error) === undefined) { throw error; }
    if (isSystemError(error)) { answer ??= error; }
    return undefined;
  };
  const stacks = (await files.list(store).catch(note) ?? []).filter(isServicingStack).sort((a, b) => compareVersions(versionOf(b), versionOf(a)));
  for (const name of stacks) {
    try {
      const dll = await files.read(joinPath(store, name, 'wcp.dll'));
      if (dll !== undefined) { bases.push({ version: versionOf(name), base: readBaseManifest(dll) }); }
    } catch (error) {
      note(error);
    }
  }
  return { bases, answer };
}

/** The base manifests of a source. @param store Its component store. */
export async function readBases(files: ImageFiles, store: string): Promise<Buffer[]> {
  return (await readBasesIn(files, store)).bases.map(({ base }) => base);
}

/** The base manifests of an image, and whether they are all that it should have. */
export async function readOwnBases(files: ImageFiles, index: StoreIndex): Promise<OwnBases> {
  const { bases: found, answer } = await readBasesIn(files, storeFolder(index));
  const [newest] = index.components.filter(({ keyform, payloadDeleted }) => isServicingStack(keyform) && !payloadDeleted)
    .map(({ keyform }) => versionOf(keyform)).sort((a, b) => compareVersions(b, a));
  return {
    bases: found.map(({ base }) => base),
    answer,
    isNewestLost: found.length === 0 || (newest !== undefined && !found.some(({ version }) => version === newest)),
  };
}

/** Adds what is to be said of a base manifest that is lost, or that this user may not read. */
export function noteLostBase(findings: Findings, { answer }: Pick<OwnBases, 'answer'>): void {
  const reason = answer === undefined ? '' : `: ${messageOf(answer)}`;
  findings.add({
    class: 'Base Manifest Missing', component: 'microsoft-windows-servicingstack', file: 'wcp.dll', state: isForbidden(answer) ? 'NotChecked' : 'Found',
    reason: `the newest servicing stack of the image has no readable base manifest, so compressed manifests cannot be judged${reason}`,
  });
}
