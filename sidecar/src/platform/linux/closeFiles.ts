/** Lets go of the files that this process has open. */
import { fstatSync, readdirSync } from 'node:fs';
import { release } from '../../closing.ts';

/**
 * Closes all files and disks but the three that a process begins with; pipes and the like stay. For a process whose work is done, and that ends: what
 * has them open may be a library.
 */
export function closeFiles(): void {
  if (process.platform !== 'linux') { return; }
  for (const descriptor of readdirSync('/proc/self/fd').map(Number).filter((number) => number > 2)) {
    try {
      const stats = fstatSync(descriptor);
      if (stats.isFile() || stats.isBlockDevice()) { release(descriptor); }
    } catch { /* That of the list itself, which is closed already. */ }
  }
}
