/** Where the build reads and writes. */
import { join } from 'node:path';

/** Root of the repository. */
export const root = join(import.meta.dirname, '..', '..');
/** What can be made again without the network. */
export const workFolder = join(root, 'dist', 'build');
/** Packages of other platforms, as the registry gave them. */
export const downloadFolder = join(root, 'dist', 'download');
/** Where the module looks for the executables. */
export const binFolder = join(root, 'module', 'bin');
