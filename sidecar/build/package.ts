/**
 * Writes the module as it goes into a folder of PSModulePath, with the executables that were built: `package.ts [folder]`,
 * default: dist/package. There it makes DismTs/<version>.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { writeChecksums } from './checksums.ts';
import { moduleFile, scriptFolders } from './moduleFile.ts';
import { binFolder, root } from './paths.ts';
import { targets } from './targets.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const manifest = readFileSync(join(root, 'DismTs.psd1'), 'utf8');
if (!new RegExp(`^\\s*ModuleVersion\\s*=\\s*'${version.replaceAll('.', '\\.')}'`, 'm').test(manifest)) {
  // PowerShell ignores a module in a folder of another version.
  throw new Error(`DismTs.psd1 has not the version ${version} of package.json`);
}
const executables = targets.map((target) => `${target.name}/${target.executable}`).filter((path) => existsSync(join(binFolder, path)));
if (executables.length === 0) { throw new Error('There is no executable to package: run "npm run build" or "npm run build:windows" first'); }

const packages = resolve(process.argv[2] ?? join(root, 'dist', 'package'));
const folder = join(packages, 'DismTs', version);
rmSync(folder, { recursive: true, force: true });
for (const name of ['DismTs.psd1', 'LICENSE', 'README.md']) { cpSync(join(root, name), join(folder, name)); }
const moduleFolder = join(root, 'module');
const packagedBin = join(folder, 'module', 'bin');
const notCopied = new Set([binFolder, ...scriptFolders.map((name) => join(moduleFolder, name))]);
cpSync(moduleFolder, join(folder, 'module'), { recursive: true, filter: (path) => !notCopied.has(path) });
writeFileSync(join(folder, 'module', 'DismTs.psm1'), moduleFile(moduleFolder));
for (const path of executables) { cpSync(join(binFolder, path), join(packagedBin, path)); }
writeChecksums(packagedBin);
console.log(`${relative(process.cwd(), folder)} has ${executables.join(', ')}`);
