/** What a script waits for before its first answer: the import of the package, and the first command in a new PowerShell. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { below, pairedRounds, type Row, type Sample, time } from './measure.ts';
import type { Workbench } from './workbench.ts';

const root = join(import.meta.dirname, '..', '..');

/** In PowerShells of their own: a module with one function that does nothing, and a bare start of the executable, are the least there is. */
export async function measureModuleStart(bench: Workbench): Promise<Row[]> {
  if (spawnSync('pwsh', ['-Version']).status !== 0) {
    console.log('The start of the module was not measured: there is no PowerShell (pwsh) on the PATH.');
    return [];
  }
  const manifest = await makePackage(bench);
  const empty = makeEmptyModule(bench);
  // PowerShell notes in the user's home what .NET compiled in its last start, and has that compiled ahead in the next one. Scripts are run again and
  // again, so what is measured is a start that follows an equal one. Two modules in turn would each find the notes of the other: so each side has a
  // home of its own, which the round that does not count fills.
  // PowerShell itself is to hold code compiled ahead, as Microsoft ships it and as test/precompile.mjs makes it. One installed as a tool of .NET has none:
  // most of its start is compilation.
  const start = async (side: string, args: readonly string[]): Promise<Sample> => {
    const home = join(bench.folder, `home-${side}`);
    mkdirSync(home, { recursive: true });
    const { stdout } = await promisify(execFile)('pwsh', ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'Measure-Start.ps1'), ...args],
      { env: { ...bench.env, HOME: home } });
    return JSON.parse(stdout) as Sample;
  };
  const steps = await pairedRounds(bench.rounds(15),
    async () => await start('ours', ['-ModulePath', manifest, '-CommandName', 'Get-DismTsImage']),
    async () => {
      const { import: emptyImport = Number.NaN } = await start('empty', ['-ModulePath', empty]);
      let sidecar: Awaited<ReturnType<Workbench['startSidecar']>> | undefined;
      const first = await time(async () => { sidecar = await bench.startSidecar(); });
      if (sidecar !== undefined) { await bench.end(sidecar); }
      return { import: emptyImport, first };
    });
  const row = (step: string, name: string, peerName: string, limit: number): Row => {
    const { ours, peer } = steps.get(step) ?? { ours: [], peer: [] };
    return { name, unit: 'ms', ours, peerName, peer, aim: below(limit, 'ms') };
  };
  return [
    row('import', 'pwsh: import of the package', 'empty module', 150),
    row('first', 'pwsh: first command', 'bare start of the sidecar', 250),
  ];
}

async function makePackage(bench: Workbench): Promise<string> {
  const packages = join(bench.folder, 'package');
  await promisify(execFile)(process.execPath, [join(root, 'sidecar', 'build', 'package.ts'), packages]);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return join(packages, 'DismTs', version, 'DismTs.psd1');
}

/** A module with a manifest, as small as one can be. */
function makeEmptyModule(bench: Workbench): string {
  const folder = join(bench.folder, 'Empty');
  mkdirSync(folder);
  writeFileSync(join(folder, 'Empty.psm1'), 'function Get-Nothing {}\n');
  writeFileSync(join(folder, 'Empty.psd1'), "@{ RootModule = 'Empty.psm1'; ModuleVersion = '1.0'; FunctionsToExport = @('Get-Nothing'); CmdletsToExport = @(); "
    + 'VariablesToExport = @(); AliasesToExport = @() }\n');
  return join(folder, 'Empty.psd1');
}
