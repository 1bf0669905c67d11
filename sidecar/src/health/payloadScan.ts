/** Checks the payload of a store: each file of each verified manifest, and what is kept of it as a difference to another version. */
import { Breather } from '../breather.ts';
import { magicBytes, storedForm } from '../componentStore/compressed.ts';
import { checkDifferential } from '../componentStore/differentials.ts';
import type { Digest } from '../componentStore/manifest.ts';
import { fileTrouble, nothingIfInTrouble } from '../imageFiles/fileTrouble.ts';
import { type FileStat, joinPath } from '../imageFiles/imageFiles.ts';
import { type Match, matchDigest } from './digestMatch.ts';
import { ProjectionScan } from './projectionScan.ts';
import type { Look, ScanSession, Trouble } from './scanSession.ts';
import { maxPayloadBytes, payloadPath } from './storePaths.ts';
import type { BrokenFile } from './storeScan.ts';

/** The folders below a component's own that have differences to other versions of its files: forward, reverse, and to nothing. */
const differentialFolders = ['f', 'r', 'n'] as const;
type DifferentialKind = typeof differentialFolders[number];

/** One file to look at. */
interface PayloadWork {
  readonly broken: BrokenFile;
  readonly stat: FileStat | undefined;
  readonly bytes: number;
  /** It is a differential of the file. */
  readonly kind: DifferentialKind | undefined;
}

/** Fills `brokenFiles` and `brokenProjections` of the scan, and what a restore has to know of good files. */
export async function checkPayload(session: ScanSession): Promise<void> {
  await new PayloadScan(session).run();
}

class PayloadScan {
  readonly #session: ScanSession;
  readonly #projection: ProjectionScan;

  constructor(session: ScanSession) {
    this.#session = session;
    this.#projection = new ProjectionScan(session);
  }

  async run(): Promise<void> {
    const session = this.#session;
    const work = await this.#listWork();
    session.begin('Checking files', work);
    await session.forEach(work, async ({ broken, stat, kind }) => {
      if (kind === undefined) { await this.#checkFile(broken, stat); } else { await this.#checkDifferential(broken, kind); }
    }, ({ broken, kind }, trouble) => { this.#noteTrouble(broken, kind, trouble); });
    this.#projection.judgeMissingNames();
    session.finish();
  }

  async #listWork(): Promise<PayloadWork[]> {
    const { scan, files, index, context } = this.#session;
    const work: PayloadWork[] = [];
    const breather = new Breather();
    for (const verified of scan.verified.values()) {
      const { component, manifest } = verified;
      if (component.payloadDeleted) { scan.findings.measured.payloadRemoved++; }
      // Most components that have no payload have no folder either.
      const folders = await this.#foldersOf(component.keyform);
      for (const file of manifest.files) {
        await breather.breathe(context.signal);
        const broken = { component: verified, file };
        const look: Look = folders.own ? await this.#session.look(payloadPath(index, component.keyform, file.storePath)) : { kind: 'nothing' };
        if (look.kind === 'file') {
          work.push({ broken, stat: look.stat, bytes: look.stat.size, kind: undefined });
        } else if (look.kind === 'nothing') {
          if (!component.payloadDeleted) { work.push({ broken, stat: undefined, bytes: 0, kind: undefined }); }
        } else {
          this.#noteTrouble(broken, undefined, { reason: look.reason, isLoss: look.kind === 'lost' });
        }
        for (const kind of folders.kinds) {
          const differential = await this.#session.look(this.#differentialPath(broken, kind));
          if (differential.kind === 'file') { work.push({ broken, stat: differential.stat, bytes: differential.stat.size, kind }); }
          if (differential.kind === 'lost' || differential.kind === 'unknown') { this.#noteTrouble(broken, kind, { reason: differential.reason, isLoss: false }); }
        }
      }
    }
    return files.hasOrder ? work.sort((a, b) => (a.stat?.place ?? 0) - (b.stat?.place ?? 0)) : work;
  }

  /** Whether a component has a folder in the store, and which folders of differentials are in it. */
  async #foldersOf(component: string): Promise<{ readonly own: boolean; readonly kinds: readonly DifferentialKind[] }> {
    const { files, index } = this.#session;
    try {
      const names = new Set((await files.list(payloadPath(index, component, ''))).map((name) => name.toLowerCase()));
      return { own: names.size > 0, kinds: differentialFolders.filter((kind) => names.has(kind)) };
    } catch (error) {
      // What is in the way is told of each file.
      if (fileTrouble(error) === undefined) { throw error; }
      return { own: true, kinds: [] };
    }
  }

  #noteTrouble(broken: BrokenFile, kind: DifferentialKind | undefined, { reason, isLoss }: Pick<Trouble, 'reason' | 'isLoss'>): void {
    const { scan: { findings, brokenFiles } } = this.#session;
    const { component: { component }, file } = broken;
    const isDamage = isLoss && kind === undefined && file.digest !== undefined;
    if (isDamage) { brokenFiles.push(broken); }
    findings.add({
      class: kind === undefined ? 'CSI Payload Corrupt' : 'Differential Corrupt', component: component.keyform, file: joinPath(kind ?? '', file.storePath),
      state: isDamage ? 'Found' : 'NotChecked', reason, wantedDigest: kind === undefined ? file.digest?.hex : undefined,
    });
  }

  #differentialPath({ component: { component }, file }: BrokenFile, kind: DifferentialKind): string {
    return payloadPath(this.#session.index, component.keyform, joinPath(kind, file.storePath));
  }

  /** What it makes of its source cannot be told here; its checksum can. No source has a digest to repair it by, so that it is only noted. */
  async #checkDifferential(broken: BrokenFile, kind: DifferentialKind): Promise<void> {
    const { files, scan } = this.#session;
    const data = await files.read(this.#differentialPath(broken, kind));
    if (data === undefined) { return; }
    scan.findings.measured.bytesChecked += data.length;
    this.#session.advance(data.length);
    if (checkDifferential(data) === 'damaged') {
      scan.findings.add({
        class: 'Differential Corrupt', component: broken.component.component.keyform, file: joinPath(kind, broken.file.storePath),
        state: 'Noted', reason: 'its checksum does not fit its content',
      });
    }
  }

  async #checkFile(broken: BrokenFile, stat: FileStat | undefined): Promise<void> {
    const { index, scan: { findings, goodFiles, brokenFiles } } = this.#session;
    const { component: { component }, file } = broken;
    const { digest } = file;
    const row = { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, wantedDigest: digest?.hex } as const;
    findings.measured.filesChecked++;
    if (digest === undefined) {
      findings.add({ ...row, state: 'NotChecked', reason: 'its manifest records no digest' });
      return;
    }
    if (stat === undefined) {
      await this.#checkMissing(broken, digest);
      return;
    }
    const path = payloadPath(index, component.keyform, file.storePath);
    this.#session.addName(stat, { path, wantedDigest: digest.hex });
    const match = await this.#compare(path, stat, digest);
    if (match.result === 'unknown') {
      findings.add({ ...row, state: 'NotChecked', reason: match.reason });
      return;
    }
    if (match.result === 'match') {
      goodFiles.set(digest.hex, path);
    } else if (file.writeable) {
      findings.add({ ...row, class: 'Note', state: 'Noted', reason: 'the file may change, and has' });
    } else {
      brokenFiles.push(broken);
      findings.add({ ...row, state: 'Found', reason: match.reason });
    }
    await this.#projection.check(broken, match.result === 'match' ? { state: 'good', id: stat.id } : { state: 'bad', id: stat.id });
  }

  /** Compares a file, as it is or expanded, with its digest. */
  async #compare(path: string, stat: FileStat, digest: Digest): Promise<{ readonly result: 'match' } | Exclude<Match, { readonly result: 'match' }>> {
    const { files, bases, context } = this.#session;
    if (await this.#session.digestOnce(path, stat, digest.algorithm) === digest.hex) { return { result: 'match' }; }
    const head = await files.readHead(path, magicBytes);
    return head !== undefined && storedForm(head) !== 'plain'
      ? await matchDigest(await files.read(path) ?? Buffer.alloc(0), bases, digest, maxPayloadBytes, context.signal)
      : { result: 'differs', reason: 'its content has another digest than its manifest says' };
  }

  async #checkMissing(broken: BrokenFile, digest: Digest): Promise<void> {
    const { files, scan: { findings, brokenFiles } } = this.#session;
    const { component: { component }, file } = broken;
    const row = { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, wantedDigest: digest.hex } as const;
    let hasDifferential = false;
    for (const kind of differentialFolders) {
      hasDifferential ||= await files.stat(this.#differentialPath(broken, kind)).catch(nothingIfInTrouble) !== undefined;
    }
    // A restore looks for the file elsewhere in both cases; a differential alone is no damage, and no proof of health.
    brokenFiles.push(broken);
    findings.add(hasDifferential && !await this.#projection.hasBytesOf(broken, digest)
      ? { ...row, state: 'NotChecked', reason: 'the store has it as a differential only, which cannot be expanded here' }
      : { ...row, state: 'Found', reason: 'the file does not exist' });
    await this.#projection.check(broken, { state: 'missing' });
  }
}
