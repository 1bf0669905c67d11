/** Files of npm packages that `npm ci` leaves out because they are for another platform. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { downloadFolder, root } from './paths.ts';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string } | undefined>>;
}

const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;

/** What the lockfile says of a package. */
export function lockedPackage(name: string): { readonly version: string; readonly integrity: string } {
  const entry = lockfile.packages[`node_modules/${name}`];
  if (entry === undefined) { throw new Error(`package-lock.json has no package "${name}"`); }
  return entry;
}

/** Path of a file of a package at its locked version: in node_modules, else fetched once from the registry. */
export function packageFile(name: string, path: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${name}/${path}`);
  } catch {
    return join(fetchPackage(name), path);
  }
}

/** Fetches a package and unpacks it; refuses what has not the integrity of the lockfile. */
function fetchPackage(name: string): string {
  const { version, integrity } = lockedPackage(name);
  const folder = join(downloadFolder, `${name.replace('@', '').replace('/', '-')}-${version}`);
  if (existsSync(folder)) { return join(folder, 'package'); }
  console.log(`Fetching ${name} ${version}`);
  mkdirSync(downloadFolder, { recursive: true });
  const archive = npmPack(`${name}@${version}`);
  const actual = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (actual !== integrity) {
    rmSync(archive);
    throw new Error(`The registry's ${name} ${version} has integrity ${actual}, package-lock.json says ${integrity}`);
  }
  // Renamed when it is whole: a run that was cut off leaves nothing that looks complete.
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  execFileSync('tar', ['-xzf', archive, '-C', partial]);
  rmSync(archive);
  renameSync(partial, folder);
  return join(folder, 'package');
}

/** Downloads the archive of a package; gives its path. */
function npmPack(specifier: string): string {
  // npm's own script, which `npm run` names: on Windows "npm" is a batch file, which needs a shell.
  const npmScript = process.env['npm_execpath'];
  const [program, script] = npmScript === undefined ? ['npm', []] as const : [process.execPath, [npmScript]] as const;
  const output = execFileSync(program, [...script, 'pack', specifier, '--json', '--pack-destination', downloadFolder], {
    cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [packed] = JSON.parse(output) as { filename: string }[];
  if (packed === undefined) { throw new Error(`npm pack gave no file for "${specifier}"`); }
  // npm names a scoped package "@scope/name" here, but the file "scope-name".
  return join(downloadFolder, packed.filename.replace('@', '').replace('/', '-'));
}
