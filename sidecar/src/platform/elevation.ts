/** Whether this process runs as root or as an elevated administrator. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../isRoot.ts';

/** True for effective user 0, and on Windows for a token that may list a folder which only administrators and SYSTEM may. */
export function isElevated(): boolean {
  if (process.platform !== 'win32') { return isRoot(); }
  try {
    readdirSync(join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'config'));
    return true;
  } catch {
    return false;
  }
}
