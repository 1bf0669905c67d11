/** Checks the names under which the system uses the files of the store, as far as their components own these. */
import type { ComponentIdentity } from '../componentStore/identity.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { type Destination, findDestination } from './destinations.ts';
import { ownsDestinations } from './ownership.ts';
import type { ScanSession } from './scanSession.ts';
import type { BrokenFile } from './storeScan.ts';

/** What the store has of a file. */
type InStore = { readonly state: 'good' | 'bad'; readonly id: string } | { readonly state: 'missing' };

/** A name in use that does not exist. */
interface MissingName {
  readonly broken: BrokenFile;
  readonly destination: Destination;
}

export class ProjectionScan {
  readonly #session: ScanSession;
  readonly #missingNames: MissingName[] = [];
  #hasUnowned = false;

  constructor(session: ScanSession) {
    this.#session = session;
  }

  /** Whether a name in use still has the bytes that the store has lost. */
  async hasBytesOf({ component: { manifest }, file }: BrokenFile, digest: Digest): Promise<boolean> {
    for (const destination of file.destinations) {
      const path = this.#find(destination, manifest.identity)?.path;
      const look = path === undefined ? undefined : await this.#session.look(path);
      if (path !== undefined && look?.kind === 'file' && await this.#session.digestOnce(path, look.stat, digest.algorithm) === digest.hex) { return true; }
    }
    return false;
  }

  /** The names under which the system uses a file have to have its bytes. A file that may be changed there is the administrator's. */
  async check(broken: BrokenFile, inStore: InStore): Promise<void> {
    const { index } = this.#session;
    const { component, file } = broken;
    if (index.winners === undefined && file.destinations.length > 0) { this.#hasUnowned = true; }
    if (file.writeable || file.digest === undefined || !ownsDestinations(index, component)) { return; }
    for (const destination of file.destinations) {
      const place = this.#find(destination, component.manifest.identity);
      if (place !== undefined) { await this.#checkName(broken, file.digest, inStore, place); }
    }
  }

  async #checkName(broken: BrokenFile, digest: Digest, inStore: InStore, place: Destination): Promise<void> {
    const { scan } = this.#session;
    const { path, rule } = place;
    const row = { class: 'Projection Differs', component: broken.component.component.keyform, file: path, wantedDigest: digest.hex } as const;
    const look = await this.#session.look(path);
    if (look.kind === 'unknown') {
      scan.findings.add({ ...row, state: 'NotChecked', reason: look.reason });
    } else if (look.kind === 'nothing') {
      // Where the store has lost the file too, a restore brings both back.
      if (inStore.state !== 'missing') { this.#missingNames.push({ broken, destination: place }); }
    } else if (look.kind === 'lost') {
      this.#noteBroken(broken, path, look.reason);
    } else {
      const { stat } = look;
      this.#session.addName(stat, { path, wantedDigest: digest.hex });
      const isStoreFile = inStore.state !== 'missing' && inStore.id === stat.id;
      if (isStoreFile && inStore.state === 'bad') { return; }
      // The store may hold it compressed; then the name in use holds it plain, and only its own content counts.
      if (isStoreFile || await this.#session.digestOnce(path, stat, digest.algorithm) === digest.hex) {
        scan.provenRules.add(rule);
      } else {
        this.#noteBroken(broken, path, 'its content is not that of the file in the store');
      }
    }
  }

  #noteBroken(broken: BrokenFile, path: string, reason: string): void {
    const { scan } = this.#session;
    scan.brokenProjections.push({ broken, path });
    scan.findings.add({
      class: 'Projection Differs', component: broken.component.component.keyform, file: path, wantedDigest: broken.file.digest?.hex, state: 'Found', reason,
    });
  }

  #find(destination: string, identity: ComponentIdentity): Destination | undefined {
    const { windows, hasWow64 } = this.#session.index;
    return findDestination(destination, identity, windows, hasWow64);
  }

  /** What a macro means is not documented: only where this image itself shows it, a file that is not there is missing. */
  judgeMissingNames(): void {
    const { index, scan } = this.#session;
    for (const { broken, destination: { path, rule } } of this.#missingNames) {
      if (scan.provenRules.has(rule)) {
        this.#noteBroken(broken, path, 'the file does not exist');
      } else {
        scan.findings.add({
          class: 'Projection Differs', component: broken.component.component.keyform, file: path, wantedDigest: broken.file.digest?.hex, state: 'NotChecked',
          reason: `the file does not exist there, and nothing in the image shows that ${rule} means this folder`,
        });
      }
    }
    if (this.#hasUnowned && !index.brokenHives.some(({ name }) => name === 'SOFTWARE')) {
      scan.findings.add({
        class: 'Projection Differs', component: 'SOFTWARE', state: 'NotChecked',
        reason: 'the registry does not name the versions in use (SideBySide\\Winners), so that only the store is checked, not the files that the system uses',
      });
    }
  }
}
