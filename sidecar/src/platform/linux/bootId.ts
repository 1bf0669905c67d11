/** Tells one run of the machine from the next: what a process or mount was known by means nothing after a restart. */
import { readTextFile } from '../../closing.ts';

let ownBoot: string | undefined;

/** Changes with every start of the machine. */
export function bootId(): string {
  return ownBoot ??= readTextFile('/proc/sys/kernel/random/boot_id').trim();
}
