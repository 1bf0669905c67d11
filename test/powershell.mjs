/** The PowerShell and the Pester that the tests of the module run in: those of the machine, else from NuGet where there is a .NET SDK. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findPwsh, pwshOutput } from '../sidecar/build/findPwsh.mjs';
import { root, runQuietly, SetupError } from '../sidecar/build/setup.mjs';
import { firstLine } from './failures.mjs';
import { fetchPackage } from './nugetPackage.mjs';
import { precompile } from './precompile.mjs';

/** What is fetched. Another version of PowerShell may need another .NET. */
const versions = { powershell: '7.6.9', dotnet: 10, pester: '5.9.1' };

/**
 * Makes `pwsh` and Pester ready for the processes that this one starts. Gives the reason where that cannot be done.
 * @param {string} folder what is fetched is there: it is ignored by git, and not emptied by a build or by `npm ci`
 */
export function providePowerShell(folder = join(root, 'dist', 'tools')) {
  try {
    providePwsh(folder);
    providePester(folder);
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) { throw error; }
    return error.message;
  }
}

function providePwsh(folder) {
  if (findPwsh() !== undefined) { return; }
  const dotnetRoot = findSdk('There is no PowerShell (pwsh) on the PATH');
  // The program looks there, and at a few fixed places, but not along the PATH.
  process.env['DOTNET_ROOT'] ??= dotnetRoot;
  const path = process.env['PATH'];
  const runs = (place) => {
    process.env['PATH'] = [place, path].filter(Boolean).join(delimiter);
    return findPwsh() !== undefined;
  };
  const plain = join(folder, `powershell-${versions.powershell}`);
  const precompiled = `${plain}-precompiled`;
  if (runs(precompiled)) { return; }
  inWorkFolder(folder, (work) => {
    const fetched = runs(plain) ? plain : fetchPwsh(work);
    const faster = precompiledPwsh(fetched, work);
    if (faster !== undefined) { moveTo(precompiled, faster); } else if (fetched !== plain) { moveTo(plain, fetched); }
  });
  if (!runs(precompiled) && !runs(plain)) { throw new SetupError(`The PowerShell in ${folder}, from NuGet, does not run`); }
}

function fetchPwsh(work) {
  const tool = join(work, 'tool');
  runQuietly(`Fetching PowerShell ${versions.powershell} from NuGet`, 'dotnet', [
    'tool', 'install', 'PowerShell', '--version', versions.powershell, '--tool-path', tool,
  ]);
  return tool;
}

/** The folder of the same PowerShell with code compiled ahead; undefined where that cannot be had: the tests only take longer then. */
function precompiledPwsh(tool, work) {
  const { powershell, dotnet } = versions;
  const libraries = join(tool, '.store', 'powershell', powershell, 'powershell', powershell, 'tools', `net${dotnet}.0`, 'any', 'unix');
  try {
    return precompile(libraries, join(work, 'precompile'));
  } catch (error) {
    if (!(error instanceof SetupError)) { throw error; }
    console.log(`PowerShell is used as NuGet has it, which starts slowly. ${firstLine(error.message)}`);
    return undefined;
  }
}

function providePester(folder) {
  if (hasPester()) { return; }
  const modules = join(folder, 'Modules');
  process.env['PSModulePath'] = [modules, process.env['PSModulePath']].filter(Boolean).join(delimiter);
  const target = join(modules, 'Pester', versions.pester);
  if (!existsSync(target)) {
    findSdk('PowerShell has no Pester 5 or newer (Install-Module Pester)');
    inWorkFolder(folder, (work) => {
      moveTo(target, join(fetchPackage(work, { title: 'Pester', id: 'Pester', version: versions.pester }), 'tools'));
    });
  }
  if (!hasPester()) { throw new SetupError(`PowerShell does not find the Pester in ${modules}`); }
}

function hasPester() {
  return Number(pwshOutput("@(Get-Module -ListAvailable -Name Pester | Where-Object Version -GE ([version] '5.0')).Count")) > 0;
}

/** Runs `action` with a folder that is removed after it. */
function inWorkFolder(folder, action) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetch-'));
  try {
    action(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Moves a folder into place, so that what is there is whole. */
function moveTo(target, source) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  renameSync(source, target);
}

/** The folder of .NET; an error that begins with `missing` where its SDK is not there, or too old. */
function findSdk(missing) {
  const { stdout } = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' });
  const sdks = [...(stdout ?? '').matchAll(/^(\d+)\.\S+ \[(.+)\]$/gm)];
  const sdk = sdks.find(([, major]) => Number(major) >= versions.dotnet);
  if (sdk === undefined) {
    throw new SetupError(`${missing}, and no .NET SDK ${versions.dotnet} or newer to fetch it from NuGet with`);
  }
  return dirname(sdk[2]);
}
