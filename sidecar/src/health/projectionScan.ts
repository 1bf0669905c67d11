/** Checks the names under which the system uses the files of the store. */
import type { ComponentIdentity } from '../componentStore/identity.ts';
import { keyform } from '../componentStore/keyHash.ts';
import type { FileStat } from '../imageFiles/imageFiles.ts';
import { type Destination, findDestination } from './destinations.ts';
import type { ScanSession } from './scanSession.ts';
import type { StoreIndex } from './storeIndex.ts';
import type { BrokenFile } from './storeScan.ts';

/** A name in use that does not exist. */
interface MissingName {
  readonly broken: BrokenFile;
  readonly destination: Destination;
}

/** Whether a component is the one of its family that the system uses. */
export function isWinner(index: StoreIndex, identity: ComponentIdentity): boolean {
  return index.winners.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
}

/** Whether a component's files are to be found at their destinations. */
function isInstalled(index: StoreIndex, identity: ComponentIdentity): boolean {
  return index.installed.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
}

export class ProjectionScan {
  readonly #session: ScanSession;
  readonly #missingNames: MissingName[] = [];

  constructor(session: ScanSession) {
    this.#session = session;
  }

  /** Whether a name in use still has the bytes that the store has lost. */
  async hasBytesOf({ component: { component, manifest }, file }: BrokenFile): Promise<boolean> {
    for (const destination of file.destinations) {
      const path = this.#find(destination, manifest.identity)?.path;
      const stat = path === undefined ? undefined : await this.#session.stat(path, component.keyform, file.storePath);
      if (path === undefined || stat === undefined || stat === 'unknown' || file.digest === undefined) { continue; }
      if (await this.#session.digestOnce(path, stat, file.digest.algorithm) === file.digest.hex) { return true; }
    }
    return false;
  }

  /** The names under which the system uses the file have to be the file, as far as it is the one in use. */
  async check(broken: BrokenFile, storePath: string, stat: FileStat): Promise<void> {
    const { index, scan } = this.#session;
    const { component: { component, manifest }, file } = broken;
    if (!isWinner(index, manifest.identity)) { return; }
    for (const destination of file.destinations) {
      const place = this.#find(destination, manifest.identity);
      if (place === undefined) { continue; }
      const { path, rule } = place;
      const found = await this.#session.stat(path, component.keyform, path);
      if (found === 'unknown') { continue; }
      if (found === undefined) {
        // The newest version in the store need not be installed: its package may only be staged.
        if (isInstalled(index, manifest.identity)) { this.#missingNames.push({ broken, destination: place }); }
        continue;
      }
      if (found.links > 1) { this.#session.addName(found.id, path); }
      if (found.id === stat.id || file.digest === undefined || await this.#session.digestOnce(path, found, file.digest.algorithm) === file.digest.hex) {
        scan.provenRules.add(rule);
        continue;
      }
      // The store may hold it compressed; then the name in use holds it plain, and only its own content counts.
      scan.brokenProjections.push({ broken, path });
      scan.findings.add({
        class: 'Projection Differs', component: component.keyform, file: path, state: 'Found', wantedDigest: file.digest.hex,
        reason: `it is not the file "${storePath}" of the store`,
      });
    }
  }

  #find(destination: string, identity: ComponentIdentity): Destination | undefined {
    const { windows, hasWow64 } = this.#session.index;
    return findDestination(destination, identity, windows, hasWow64);
  }

  /** What a macro means is not documented: only where this image itself shows it, a file that is not there is missing. */
  judgeMissingNames(): void {
    const { scan } = this.#session;
    for (const { broken, destination: { path, rule } } of this.#missingNames) {
      const row = { class: 'Projection Differs', component: broken.component.component.keyform, file: path, wantedDigest: broken.file.digest?.hex } as const;
      if (scan.provenRules.has(rule)) {
        scan.brokenProjections.push({ broken, path });
        scan.findings.add({ ...row, state: 'Found', reason: 'the file does not exist' });
      } else {
        scan.findings.add({ ...row, state: 'NotChecked', reason: `the file does not exist there, and nothing in the image shows that ${rule} means this folder` });
      }
    }
  }
}
