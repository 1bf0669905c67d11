/**
 * Writes the module as it goes into a folder of PSModulePath, with the executables that were built: `package.ts [folder]`,
 * default: dist/package. There it makes DismTs/<version>.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { writeChecksums } from './checksums.ts';
import { packagedManifest } from './manifest.ts';
import { moduleFile, scriptFolders } from './moduleFile.ts';
import { binFolder, root } from './paths.ts';
import { targets } from './targets.ts';
import { moduleVersion } from './versions.ts';

const executables = targets.map((target) => `${target.name}/${target.executable}`).filter((path) => existsSync(join(binFolder, path)));
if (executables.length === 0) { throw new Error('There is no executable to package: run "npm run build" or "npm run build:windows" first'); }

const packages = resolve(process.argv[2] ?? join(root, 'dist', 'package'));
// PowerShell ignores a module in a folder of another version; a label is not part of it.
const folder = join(packages, 'DismTs', moduleVersion);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'DismTs.psd1'), packagedManifest());
for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md']) { cpSync(join(root, name), join(folder, name)); }
const moduleFolder = join(root, 'module');
const topics = join(moduleFolder, 'en-US');
// Get-Help finds topics beside the manifest, before the import as well.
cpSync(topics, join(folder, 'en-US'), { recursive: true });
const packagedBin = join(folder, 'module', 'bin');
const notCopied = new Set([binFolder, topics, ...scriptFolders.map((name) => join(moduleFolder, name))]);
cpSync(moduleFolder, join(folder, 'module'), { recursive: true, filter: (path) => !notCopied.has(path) });
writeFileSync(join(folder, 'module', 'DismTs.psm1'), moduleFile(moduleFolder));
for (const path of executables) { cpSync(join(binFolder, path), join(packagedBin, path)); }
writeChecksums(packagedBin);
console.log(`${relative(process.cwd(), folder)} has ${executables.join(', ')}`);
