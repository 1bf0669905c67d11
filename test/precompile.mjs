/**
 * Compiles ahead what a start of PowerShell runs, as Microsoft does for the PowerShell that users have. The one on NuGet is not: each of its starts compiles
 * it again, which is most of what such a start takes, and the tests start PowerShell thousands of times.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runQuietly, SetupError } from '../sidecar/build/setup.mjs';
import { fetchPackage } from './nugetPackage.mjs';

/** What a start loads, of what is not compiled ahead. */
const libraries = [
  'System.Management.Automation', 'Microsoft.PowerShell.ConsoleHost', 'Microsoft.PowerShell.Commands.Utility', 'Microsoft.PowerShell.Commands.Management',
  'Microsoft.PowerShell.Security', 'Newtonsoft.Json', 'pwsh',
].map((name) => `${name}.dll`);
/** Systems that there is a precompiler for, of those that have what the launcher needs. */
const systems = ['linux-x64', 'linux-arm64'];
/**
 * Becomes PowerShell, where the program that NuGet brings starts a second process. It finds the folder from its own path, so that this can be renamed and
 * linked to, and .NET where that program looks for it, or along the PATH.
 */
const launcher = `#!/bin/sh
program=$(command -p readlink -f -- "$0")
dotnet=$DOTNET_ROOT/dotnet
[ -x "$dotnet" ] || dotnet=dotnet
exec "$dotnet" "\${program%/*}/pwsh.dll" "$@"
`;

/**
 * Makes a PowerShell that starts faster, with `pwsh` beside its libraries as in Microsoft's packages; gives its folder, below `work`.
 * @param {string} fetched folder with the pwsh.dll that NuGet has; stays as it is
 * @param {string} work a folder for this alone
 * @param {string} system
 * @throws SetupError why there is none
 */
export function precompile(fetched, work, system = `${process.platform}-${process.arch}`) {
  if (!systems.includes(system)) { throw new SetupError(`There is no precompiler for ${system}`); }
  const runtime = runtimeFolder(fetched);
  mkdirSync(work, { recursive: true });
  const program = join(fetchPackage(work, {
    title: 'the precompiler of .NET', id: `microsoft.netcore.app.crossgen2.${system}`, version: basename(runtime),
  }), 'tools', 'crossgen2');
  if (!existsSync(program)) { throw new SetupError(`The precompiler of .NET ${basename(runtime)} is none that runs by itself`); }
  // NuGet unpacks without permissions.
  chmodSync(program, 0o755);
  const folder = join(work, 'powershell');
  cpSync(fetched, folder, { recursive: true });
  const [targetOs, targetArchitecture] = system.split('-');
  for (const library of libraries) {
    runQuietly(`Compiling ${library} ahead`, program, [
      join(fetched, library), '-o', join(folder, library), '-r', join(runtime, '*.dll'), '-r', join(fetched, '*.dll'),
      '--targetos', targetOs, '--targetarch', targetArchitecture, '-O',
    ]);
  }
  // In place of a program for one architecture.
  rmSync(join(folder, 'pwsh'), { force: true });
  writeFileSync(join(folder, 'pwsh'), launcher);
  chmodSync(join(folder, 'pwsh'), 0o755);
  if (spawnSync(join(folder, 'pwsh'), ['-Version']).status !== 0) { throw new SetupError('The precompiled PowerShell does not run'); }
  return folder;
}

/** The folder of the .NET that PowerShell runs on, which is named for its version. */
function runtimeFolder(fetched) {
  const { status, stdout } = spawnSync('dotnet', [
    join(fetched, 'pwsh.dll'), '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', '[object].Assembly.Location',
  ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  if (status !== 0) { throw new SetupError(`The PowerShell in ${fetched}, from NuGet, does not run`); }
  return dirname(stdout.trim());
}
