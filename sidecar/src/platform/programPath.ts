/** The program that runs this, in the form in which it can be started again. */
import { isSea } from 'node:sea';

/**
 * On Windows the loader's name for a program on a share may be `\\?\UNC\server\share\...`, or, where only the first four characters of a path of the
 * system were taken away, `UNC\server\share\...`, which is relative to the current folder. A program is started by neither.
 * @param path Default: that of this process.
 * @returns `\\server\share\...`, `C:\...`, or the path as it is.
 */
export function programPath(path: string = process.execPath, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') { return path; }
  const plain = path.replace(/^\\\\[?.]\\(?=UNC\\|[A-Za-z]:\\)/i, '');
  return plain.replace(/^UNC\\(?=[^\\])/i, '\\\\');
}

/** What starts this program again: the executable; in development Node.js with its options and the script. */
export function ownCommand(): [program: string, ...args: string[]] {
  const [, script = ''] = process.argv;
  return isSea() ? [programPath()] : [programPath(), ...process.execArgv, script];
}
