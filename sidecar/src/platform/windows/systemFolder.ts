/** Where Windows is, from Windows itself. */
import { win32 } from 'node:path';

/** The report takes a while to make. */
let found: string | undefined;

/**
 * System32, whatever %SystemRoot% says: where Windows loaded kernel32.dll from, which it looks for nowhere else.
 * @throws Error: this is not Windows.
 */
export function systemFolder(): string {
  return found ??= findSystemFolder();
}

function findSystemFolder(): string {
  // Saves the look-up of names of network interfaces.
  const report = Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = report.getReport() as { sharedObjects: readonly string[] };
  const kernel = sharedObjects.find((path) => win32.basename(path).toLowerCase() === 'kernel32.dll');
  if (kernel === undefined) { throw new Error('the system folder is not known'); }
  return win32.dirname(kernel);
}
