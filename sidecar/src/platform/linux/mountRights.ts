/** Whether root may mount here: in a container it often has not the rights of root. */
import { readFileSync } from 'node:fs';

const CAP_SYS_ADMIN = 21n;
const inContainer = '--cap-add SYS_ADMIN --device /dev/fuse';

function readText(path: string): string | undefined {
  try { return readFileSync(path, 'utf8'); } catch { return undefined; }
}

/** What root lacks, and what to do about it; undefined where it may mount. */
export function mountRightsMissing(read: (path: string) => string | undefined = readText): { readonly detail: string; readonly hint: string } | undefined {
  // Trusted attributes, which say what was renamed and deleted, are for root of the machine only: user_namespaces(7).
  const map = read('/proc/self/uid_map')?.trim().split(/\s+/).map(Number);
  if (map?.length === 3 && (map[1] !== 0 || map[2] !== 0xffff_ffff)) {
    return {
      detail: 'root of a user namespace only (a rootless container), which can stage no changes',
      hint: `Run as root of the machine; a container has to be a rootful one, with ${inContainer}.`,
    };
  }
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  return capabilities !== undefined && (BigInt(`0x${capabilities}`) >> CAP_SYS_ADMIN & 1n) === 0n
    ? { detail: 'root without CAP_SYS_ADMIN, which may mount nothing', hint: `Give it to the container: ${inContainer}.` }
    : undefined;
}
