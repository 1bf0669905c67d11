/**
 * Makes what is published: `release.ts [--certificate FILE --key FILE [--timestamp URL]] [--folder DIR]`, default dist/release.
 * The package, with scripts, format files and Windows executables signed where there is a certificate (PEM; with osslsigncode 2.8 or
 * later), as a folder and as a .nupkg file for feeds (with PowerShell 7.4), a list of what is inside (CycloneDX), and checksums over all.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { missingAddresses, readHome } from './address.ts';
import { sha256, writeChecksums } from './checksums.ts';
import { materials } from './materials.ts';
import { root } from './paths.ts';
import { moduleVersion, version } from './versions.ts';

/** What PowerShell refuses under AllSigned where it has no signature. */
const scriptKinds = ['.ps1', '.psm1', '.psd1', '.ps1xml'];
/** As Set-AuthenticodeSignature begins its block, also within an XML comment. */
const signatureMark = 'SIG # Begin signature block';

/** Files below a folder, in order. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Scripts that would not run under AllSigned. */
export function unsignedScripts(folder: string): string[] {
  return filesBelow(folder).filter((path) => scriptKinds.includes(extname(path)) && !readFileSync(path, 'utf8').includes(signatureMark));
}

interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly timestamp: string | undefined;
}

/** Signs what can carry a signature, in place. */
export function sign(folder: string, { certificate, key, timestamp }: Certificate): void {
  for (const path of filesBelow(folder).filter((file) => [...scriptKinds, '.exe'].includes(extname(file)))) {
    const signed = `${path}.signed`;
    const words = ['sign', '-certs', certificate, '-key', key, '-n', 'DismTs', '-h', 'sha256', ...timestamp === undefined ? [] : ['-ts', timestamp], '-in', path, '-out', signed];
    execFileSync('osslsigncode', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    renameSync(signed, path);
  }
}

/** Makes the package file of a module folder; where there is no PowerShell that can, it says so. */
function makeNupkg(module: string, folder: string): void {
  const { error, status, stdout } = spawnSync('pwsh', [
    '-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'nupkg.ps1'), '-Module', module, '-Folder', folder,
  ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (error !== undefined) {
    console.log('No .nupkg file: there is no pwsh, which makes it');
  } else if (status !== 0) {
    throw new Error('The .nupkg file could not be made');
  } else {
    process.stdout.write(stdout);
  }
}

/** Makes the release; gives its folder. */
function release(certificate: Certificate | undefined, folder = join(root, 'dist', 'release')): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [join(import.meta.dirname, 'package.ts'), folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const module = join(folder, 'DismTs', moduleVersion);
  if (certificate !== undefined) {
    sign(module, certificate);
    // A signature changes an executable, and with it the hash that the module compares.
    writeChecksums(join(module, 'module', 'bin'));
    const left = unsignedScripts(module);
    if (left.length > 0) { throw new Error(`Not signed: ${left.map((path) => relative(module, path)).join(', ')}`); }
  }
  makeNupkg(module, folder);
  writeFileSync(join(folder, `DismTs-${version}.cdx.json`), `${JSON.stringify(materials(), undefined, 2)}\n`);
  const lines = filesBelow(folder).map((path) => `${sha256(readFileSync(path))}  ${relative(folder, path)}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
  return folder;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { certificate: { type: 'string' }, key: { type: 'string' }, timestamp: { type: 'string' }, folder: { type: 'string' } } });
  const { certificate, key, timestamp } = values;
  if ((certificate === undefined) !== (key === undefined)) { throw new Error('Give --certificate and --key, or neither'); }
  for (const path of [certificate, key]) { if (path !== undefined && !existsSync(path)) { throw new Error(`"${path}" does not exist`); } }
  const folder = release(certificate === undefined || key === undefined ? undefined : { certificate, key, timestamp }, values.folder);
  const unsigned = unsignedScripts(folder);
  const missing = missingAddresses(readHome(), version);
  if (missing !== '') { console.log(missing); }
  console.log(`${relative(process.cwd(), folder)}: version ${version}, ${unsigned.length === 0 ? 'all scripts signed' : `${unsigned.length} scripts not signed: give --certificate and --key`}`);
}
