/** Reads the content of an attribute: in its record, in clusters, sparse or compressed. */
import { Hresult } from '../../hresult.ts';
import { type ByteSource } from '../byteSource.ts';
import type { NtfsGeometry } from './bootSector.ts';
import { decompressUnit } from './lznt1.ts';
import { type Attribute, BadRecord, type Run } from './record.ts';

/** The content of one attribute, all parts of it together. */
export interface Content {
  readonly size: number;
  /** Bytes from a position on; what lies behind the end is left out. */
  read(position: number, length: number): Promise<Buffer>;
  /** Where its first byte lies on the volume; 0 where that is nowhere. */
  readonly place: number;
}

/** The most that is read in one piece. */
export const maxPieceBytes = 1024 ** 3;

/** A run, and where in the content it begins, in clusters. */
interface PlacedRun extends Run {
  readonly start: number;
}

/** @throws BadRecord: the parts do not fit together. */
export function openContent(volume: ByteSource, geometry: NtfsGeometry, parts: readonly Attribute[]): Content {
  const [first] = parts;
  if (first === undefined) { throw new BadRecord('a file has no content'); }
  if (first.isEncrypted) { throw volume.errors.make(Hresult.ERROR_FILE_ENCRYPTED, 'a file in it is encrypted (EFS), and only Windows has the key'); }
  const { value } = first;
  if (value !== undefined) {
    return { size: value.length, place: 0, read: async (position, length) => await Promise.resolve(value.subarray(position, position + length)) };
  }
  return new ClusterContent(volume, geometry, parts);
}

class ClusterContent implements Content {
  readonly size: number;
  readonly place: number;
  readonly #volume: ByteSource;
  readonly #clusterBytes: number;
  readonly #runs: readonly PlacedRun[];
  readonly #validSize: number;
  readonly #unitBytes: number;

  constructor(volume: ByteSource, { clusterBytes }: NtfsGeometry, parts: readonly Attribute[]) {
    this.#volume = volume;
    this.#clusterBytes = clusterBytes;
    const runs: PlacedRun[] = [];
    let next = 0;
    for (const part of [...parts].sort((a, b) => a.firstCluster - b.firstCluster)) {
      if (part.value !== undefined || part.firstCluster !== next) { throw new BadRecord('a part of a file is missing'); }
      for (const run of part.runs) {
        runs.push({ ...run, start: next });
        next += run.count;
      }
    }
    const [first] = [...parts].sort((a, b) => a.firstCluster - b.firstCluster);
    this.#runs = runs;
    this.size = first?.size ?? 0;
    this.#validSize = Math.min(first?.validSize ?? 0, this.size);
    this.#unitBytes = first?.isCompressed === true && first.unitClusters > 1 ? first.unitClusters * clusterBytes : 0;
    if (this.size > next * clusterBytes) { throw new BadRecord('a file is larger than its clusters'); }
    this.place = (runs.find(({ cluster }) => cluster !== undefined)?.cluster ?? 0) * clusterBytes;
  }

  async read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, this.size);
    if (position >= end) { return Buffer.alloc(0); }
    if (end - position > maxPieceBytes) { throw new BadRecord('a file is larger than any that is read whole'); }
    const data = Buffer.alloc(end - position);
    const valid = Math.min(end, this.#validSize);
    if (valid <= position) { return data; }
    const into = data.subarray(0, valid - position);
    await (this.#unitBytes === 0 ? this.#readPlain(position, into) : this.#readUnits(position, into));
    return data;
  }

  /** The run that a cluster of the content is in. */
  #runAt(cluster: number): PlacedRun | undefined {
    let [low, high] = [0, this.#runs.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle];
      if (run === undefined) { return undefined; }
      if (cluster < run.start) { high = middle - 1; } else if (cluster >= run.start + run.count) { low = middle + 1; } else { return run; }
    }
    return undefined;
  }

  async #readPlain(position: number, into: Buffer): Promise<void> {
    for (let done = 0; done < into.length;) {
      const at = position + done;
      const run = this.#runAt(Math.floor(at / this.#clusterBytes));
      if (run === undefined) { throw new BadRecord('a file is larger than its clusters'); }
      const within = at - run.start * this.#clusterBytes;
      const part = Math.min(into.length - done, run.count * this.#clusterBytes - within);
      if (run.cluster !== undefined) { (await this.#volume.read(run.cluster * this.#clusterBytes + within, part)).copy(into, done); }
      done += part;
    }
  }

  /** Units of clusters: all of them there, and it is plain; none, and it is empty; some, and it is compressed into those. */
  async #readUnits(position: number, into: Buffer): Promise<void> {
    const unitClusters = this.#unitBytes / this.#clusterBytes;
    for (let done = 0; done < into.length;) {
      const at = position + done;
      const unit = Math.floor(at / this.#unitBytes);
      const within = at - unit * this.#unitBytes;
      const part = Math.min(into.length - done, this.#unitBytes - within);
      let present = 0;
      for (let cluster = 0; cluster < unitClusters; cluster++) {
        if (this.#runAt(unit * unitClusters + cluster)?.cluster === undefined) { break; }
        present++;
      }
      if (present > 0) {
        const stored = Buffer.alloc(present * this.#clusterBytes);
        await this.#readPlain(unit * this.#unitBytes, stored);
        const plain = present === unitClusters ? stored : decompressUnit(stored, this.#unitBytes);
        plain.copy(into, done, within, within + part);
      }
      done += part;
    }
  }
}
