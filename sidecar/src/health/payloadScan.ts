/** Checks the payload of a store: each file of each verified manifest, and what is kept of it as a difference to another version. */
import { Breather } from '../breather.ts';
import { magicBytes, storedForm } from '../componentStore/compressed.ts';
import { checkDifferential } from '../componentStore/differentials.ts';
import { type FileStat, joinPath } from '../imageFiles/imageFiles.ts';
import { matchDigest } from './digestMatch.ts';
import { ProjectionScan } from './projectionScan.ts';
import type { ScanSession } from './scanSession.ts';
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
    const { findings } = session.scan;
    const work = await this.#listWork();
    session.begin('Checking files', work);
    await session.forEach(work, async ({ broken, stat, kind }) => {
      if (kind === undefined) { await this.#checkFile(broken, stat); } else { await this.#checkDifferential(broken, kind); }
    }, ({ broken: { component: { component }, file }, kind }, reason) => {
      findings.add({
        class: kind === undefined ? 'CSI Payload Corrupt' : 'Differential Corrupt', component: component.keyform, file: joinPath(kind ?? '', file.storePath),
        state: 'NotChecked', reason, wantedDigest: kind === undefined ? file.digest?.hex : undefined,
      });
    });
    this.#projection.judgeMissingNames();
    session.finish();
  }

  async #listWork(): Promise<PayloadWork[]> {
    const session = this.#session;
    const { scan, files, context } = session;
    const work: PayloadWork[] = [];
    const breather = new Breather();
    for (const verified of scan.verified.values()) {
      const { component, manifest } = verified;
      if (component.payloadDeleted) { scan.findings.measured.payloadRemoved++; }
      for (const file of manifest.files) {
        await breather.breathe(context.signal);
        const broken = { component: verified, file };
        const path = payloadPath(session.index, component.keyform, file.storePath);
        const stat = await session.stat(path, component.keyform, file.storePath);
        if (stat !== 'unknown' && (stat !== undefined || !component.payloadDeleted)) {
          if (stat !== undefined && stat.links > 1) { session.addName(stat.id, path); }
          work.push({ broken, stat, bytes: stat?.size ?? 0, kind: undefined });
        }
        for (const kind of differentialFolders) {
          const differential = await session.stat(this.#differentialPath(broken, kind), component.keyform, joinPath(kind, file.storePath));
          if (differential === undefined || differential === 'unknown') { continue; }
          work.push({ broken, stat: differential, bytes: differential.size, kind });
        }
      }
    }
    return files.hasOrder ? work.sort((a, b) => (a.stat?.place ?? 0) - (b.stat?.place ?? 0)) : work;
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
    const { files, index, bases, context, scan: { findings, goodFiles, brokenFiles } } = this.#session;
    const { component: { component }, file } = broken;
    const path = payloadPath(index, component.keyform, file.storePath);
    const row = { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, wantedDigest: file.digest?.hex } as const;
    findings.measured.filesChecked++;
    if (file.digest === undefined) {
      findings.add({ ...row, state: 'NotChecked', reason: 'its manifest records no digest' });
      return;
    }
    if (stat === undefined) {
      await this.#checkMissing(broken);
      return;
    }
    const { digest } = file;
    const actual = await this.#session.digestOnce(path, stat, digest.algorithm);
    const mutable = file.writeable || component.hasMutableFile;
    if (actual !== digest.hex) {
      const head = await files.readHead(path, magicBytes);
      const match = head !== undefined && storedForm(head) !== 'plain'
        ? await matchDigest(await files.read(path) ?? Buffer.alloc(0), bases, digest, maxPayloadBytes, context.signal)
        : { result: 'differs', reason: 'its content has another digest than its manifest says' } as const;
      if (match.result === 'unknown') {
        findings.add({ ...row, state: 'NotChecked', reason: match.reason });
        return;
      }
      if (match.result === 'differs') {
        if (mutable) {
          findings.add({ ...row, class: 'Note', state: 'Noted', reason: 'the file may change, and has' });
        } else {
          brokenFiles.push(broken);
          findings.add({ ...row, state: 'Found', reason: match.reason });
        }
        return;
      }
    }
    goodFiles.set(digest.hex, path);
    if (!mutable) { await this.#projection.check(broken, path, stat); }
  }

  async #checkMissing(broken: BrokenFile): Promise<void> {
    const { files, scan: { findings, brokenFiles } } = this.#session;
    const { component: { component }, file } = broken;
    const row = { class: 'CSI Payload Corrupt', component: component.keyform, file: file.storePath, wantedDigest: file.digest?.hex } as const;
    let hasDifferential = false;
    for (const kind of differentialFolders) {
      hasDifferential ||= await files.stat(this.#differentialPath(broken, kind)) !== undefined;
    }
    // A restore looks for the file elsewhere in both cases; a differential alone is no damage, and no proof of health.
    brokenFiles.push(broken);
    findings.add(hasDifferential && !await this.#projection.hasBytesOf(broken)
      ? { ...row, state: 'NotChecked', reason: 'the store has it as a differential only, which cannot be expanded here' }
      : { ...row, state: 'Found', reason: 'the file does not exist' });
  }
}
