/** The name that a driver package has in the driver store. */
import type { InfArchitecture } from './infTarget.ts';

/** The folder of a package: `<inf>_<architecture>_<hash>`, in lower case. The hash is that of the bytes of the INF file, whatever its encoding. */
export function storeName(infName: string, architecture: InfArchitecture, inf: Buffer): string {
  return `${infName.toLowerCase()}_${architecture}_${infHash(inf)}`;
}

/** The low and high half of the hash are multiplied apart: numbers stay exact below 2^53, and BigInt takes a hundred times as long. */
const half = 0x1_0000_0000;

/** v = v * 39 + byte, modulo 2^64, for each byte; 16 hexadecimal digits, the lowest byte first. */
export function infHash(inf: Buffer): string {
  let low = 0;
  let high = 0;
  for (const byte of inf) {
    low = low * 39 + byte;
    high = (high * 39 + Math.floor(low / half)) % half;
    low %= half;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(low, 0);
  bytes.writeUInt32LE(high, 4);
  return bytes.toString('hex');
}

/** Whether a name is one of a folder of the driver store, and nothing that could lead out of it. */
export function isStoreName(name: string): boolean {
  return /^[^\\/:*?"<>|\p{Cc}]+\.inf_(?:x86|amd64|arm64|arm|ia64|wow64)_[0-9a-f]{16}$/iu.test(name);
}
