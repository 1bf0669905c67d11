/** The module in PowerShell: its start, and warm commands, measured from within. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { overheadBelow, ratioAtMost, type Row } from './measure.ts';
import { measureModuleStart } from './moduleStart.ts';
import type { Workbench } from './workbench.ts';

/** Milliseconds of one command and its peer, by round. */
export interface Figures {
  readonly name: string;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/**
 * Runs Measure-Module.ps1 over a sidecar.
 * @param sidecar Program and arguments.
 * @param args What to measure, as parameters of the script.
 */
export async function measureModule(bench: Workbench, sidecar: readonly string[], args: readonly string[]): Promise<Figures[]> {
  if (spawnSync('pwsh', ['-Version']).status !== 0) {
    console.log('The PowerShell figures were not measured: there is no PowerShell (pwsh) on the PATH.');
    return [];
  }
  const { stdout } = await promisify(execFile)('pwsh', [
    '-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'Measure-Module.ps1'),
    '-Sidecar', JSON.stringify(sidecar), ...args, '-RoundCount', String(bench.rounds(15)),
  ], { env: bench.env });
  return JSON.parse(stdout) as Figures[];
}

export async function measurePowerShell(bench: Workbench): Promise<Row[]> {
  const all = await measureModule(bench, [bench.executable, '--stdio'], ['-ImagePath', await bench.mixedWim()]);
  const warm = all.map((figures): Row => (figures.name === 'information'
    ? { ...figures, name: 'pwsh: information', unit: 'ms', peerName: 'wiminfo from pwsh', aim: ratioAtMost(0.5) }
    : { ...figures, name: `pwsh: ${figures.name}`, unit: 'ms', peerName: 'bare exchange', aim: overheadBelow(3) }));
  return [...await measureModuleStart(bench), ...warm];
}
