/** The PowerShell and the Pester that the tests of the module run in: those of the machine, else from NuGet where there is a .NET SDK. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findPwsh, pwshOutput } from '../sidecar/build/findPwsh.mjs';
import { root, runQuietly, SetupError } from '../sidecar/build/setup.mjs';

/** What is fetched. Another version of PowerShell may need another .NET. */
const versions = { powershell: '7.6.9', dotnet: 10, pester: '5.9.1' };
/** Where to: ignored by git, and not emptied by a build or by `npm ci`. */
const folder = join(root, 'dist', 'tools');
const pwshFolder = join(folder, `powershell-${versions.powershell}`);
const moduleFolder = join(folder, 'Modules');
const pesterFolder = join(moduleFolder, 'Pester', versions.pester);

/** Makes `pwsh` and Pester ready for the processes that this one starts. Gives the reason where that cannot be done. */
export function providePowerShell() {
  try {
    providePwsh();
    providePester();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) { throw error; }
    return error.message;
  }
}

function providePwsh() {
  if (findPwsh() !== undefined) { return; }
  const dotnetRoot = findSdk('There is no PowerShell (pwsh) on the PATH');
  process.env['PATH'] = [pwshFolder, process.env['PATH']].filter(Boolean).join(delimiter);
  // The program looks there, and at a few fixed places, but not along the PATH.
  process.env['DOTNET_ROOT'] ??= dotnetRoot;
  if (findPwsh() !== undefined) { return; }
  fetchTo(pwshFolder, (work) => {
    runQuietly(`Fetching PowerShell ${versions.powershell} from NuGet`, 'dotnet', [
      'tool', 'install', 'PowerShell', '--version', versions.powershell, '--tool-path', join(work, 'tool'),
    ]);
    return join(work, 'tool');
  });
  if (findPwsh() === undefined) { throw new SetupError(`The PowerShell in ${pwshFolder}, from NuGet, does not run`); }
}

function providePester() {
  if (hasPester()) { return; }
  process.env['PSModulePath'] = [moduleFolder, process.env['PSModulePath']].filter(Boolean).join(delimiter);
  if (!existsSync(pesterFolder)) {
    findSdk('PowerShell has no Pester 5 or newer (Install-Module Pester)');
    fetchTo(pesterFolder, fetchPester);
  }
  if (!hasPester()) { throw new SetupError(`PowerShell does not find the Pester in ${moduleFolder}`); }
}

function hasPester() {
  return Number(pwshOutput("@(Get-Module -ListAvailable -Name Pester | Where-Object Version -GE ([version] '5.0')).Count")) > 0;
}

/** NuGet brings packages for a project only. This one has nothing else to bring. */
function fetchPester(work) {
  const project = join(work, 'pester.csproj');
  writeFileSync(project, `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Pester" Version="[${versions.pester}]" />
  </ItemGroup>
</Project>
`);
  runQuietly(`Fetching Pester ${versions.pester} from NuGet`, 'dotnet', ['restore', project, '--packages', join(work, 'packages')]);
  return join(work, 'packages', 'pester', versions.pester, 'tools');
}

/** Runs `fetch` in a folder of its own and moves what it gives into place, so that what is there is whole. */
function fetchTo(target, fetch) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetch-'));
  try {
    const fetched = fetch(work);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(fetched, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
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
