/** Whether root may mount here: in a container it often has not the rights of root. */
import { readFileSync } from 'node:fs';

const CAP_SYS_ADMIN = 21n;
const inContainer = '--cap-add SYS_ADMIN --device /dev/fuse';

function readText(path: string): string | undefined {
  try { return readFileSync(path, 'utf8'); } catch { return undefined; }
}

/** What root lacks, and what to do about it. */
interface MissingRights {
  readonly detail: string;
  readonly hint: string;
}

let own: { readonly missing: MissingRights | undefined } | undefined;

/** What this process lacks, as root, to mount; undefined where it may. A process keeps its rights, so it is asked for once. */
export function ownRightsMissing(): MissingRights | undefined {
  own ??= { missing: mountRightsMissing(readText) };
  return own.missing;
}

/** As ownRightsMissing(), by what /proc says. @param read Gives the text of a file; undefined: it cannot be read. */
export function mountRightsMissing(read: (path: string) => string | undefined): MissingRights | undefined {
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
