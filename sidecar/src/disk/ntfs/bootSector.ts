/** The first sector of an NTFS volume: the sizes that everything else is counted in. */
import { Hresult } from '../../hresult.ts';
import { type ByteSource, sizeAt } from '../byteSource.ts';

export interface NtfsGeometry {
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly clusters: number;
  readonly recordBytes: number;
  readonly indexBytes: number;
  /** Cluster of the master file table, and of the copy of its beginning. */
  readonly mftCluster: number;
  readonly mirrorCluster: number;
  /** Hexadecimal, as Windows shows it. */
  readonly serial: string;
}

const maxClusterBytes = 2 * 1024 ** 2;
const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Positive: so many clusters; negative: two to the power of as many bytes. */
function sizeOf(code: number, clusterBytes: number): number {
  return code > 0 ? code * clusterBytes : code >= -31 ? 2 ** -code : 0;
}

/** @throws DismError ERROR_DISK_CORRUPT: it is damaged, or the volume is larger than its partition. */
export async function readBootSector(volume: ByteSource): Promise<NtfsGeometry> {
  const raw = await volume.read(0, Math.min(512, volume.size));
  const corrupt = (reason: string) => volume.errors.make(Hresult.ERROR_DISK_CORRUPT, `its NTFS volume is damaged: ${reason}`);
  if (raw.length < 512 || raw.toString('latin1', 3, 11) !== 'NTFS    ') { throw corrupt('it has no boot sector'); }
  const sectorBytes = raw.readUInt16LE(11);
  const code = raw.readUInt8(13);
  const clusterBytes = sectorBytes * (code > 0x80 ? 2 ** (256 - code) : code);
  if (!isPower(sectorBytes) || sectorBytes < 256 || sectorBytes > 4096 || !isPower(clusterBytes) || clusterBytes > maxClusterBytes) { throw corrupt('its sectors or clusters have an impossible size'); }
  const sectors = sizeAt(raw, 40);
  if (sectors === 0 || sectors * sectorBytes > volume.size) { throw corrupt(`it claims to have ${sectors * sectorBytes} bytes, its partition has ${volume.size}`); }
  const clusters = Math.floor(sectors * sectorBytes / clusterBytes);
  const [recordBytes, indexBytes] = [sizeOf(raw.readInt8(64), clusterBytes), sizeOf(raw.readInt8(68), clusterBytes)];
  for (const size of [recordBytes, indexBytes]) {
    if (!isPower(size) || size < 512 || size > 64 * 1024) { throw corrupt('its records have an impossible size'); }
  }
  const [mftCluster, mirrorCluster] = [sizeAt(raw, 48), sizeAt(raw, 56)];
  if (mftCluster >= clusters) { throw corrupt('its master file table lies beyond its end'); }
  return { sectorBytes, clusterBytes, clusters, recordBytes, indexBytes, mftCluster, mirrorCluster, serial: raw.readBigUInt64LE(72).toString(16).toUpperCase().padStart(16, '0') };
}
