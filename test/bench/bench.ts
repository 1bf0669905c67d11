/**
 * `npm run bench [-- [--quick] [--only NAME]... [--executable FILE]]`: measures DismTs against what else does the same work,
 * in the same run. It judges nothing: the exit code says only whether everything could be measured.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mountAround, readMountTable } from '../../sidecar/src/platform/linux/mountTable.ts';
import { measureDisk } from './disk.ts';
import { measureDrivers } from './drivers.ts';
import { measureHealth } from './health.ts';
import { measureApply, measureCapture, measureExport, measureSplit, measureVerify } from './imageFiles.ts';
import { measureInformation } from './information.ts';
import { type Row, table } from './measure.ts';
import { measureMemory } from './memory.ts';
import { measureMounting } from './mounting.ts';
import { measureNative } from './native.ts';
import { measurePowerShell } from './powershell.ts';
import { measureRequests, measureStart } from './requests.ts';
import { measureSavingMany, measureSavingOne } from './saving.ts';
import { Workbench } from './workbench.ts';

const benchmarks: Readonly<Record<string, (bench: Workbench) => Promise<Row[]>>> = {
  requests: measureRequests,
  start: measureStart,
  powershell: measurePowerShell,
  information: measureInformation,
  mount: measureMounting,
  disk: measureDisk,
  'save-1': measureSavingOne,
  'save-5000': measureSavingMany,
  capture: measureCapture,
  apply: measureApply,
  export: measureExport,
  split: measureSplit,
  verify: measureVerify,
  memory: measureMemory,
  health: measureHealth,
  drivers: measureDrivers,
  native: measureNative,
};

const builtExecutable = resolve(import.meta.dirname, '../../module/bin', `${process.platform}-${process.arch}`, 'dismts');

function load(): string {
  return `Load average ${loadavg().map((figure) => figure.toFixed(2)).join(' ')} on ${cpus().length} processors`;
}

/**
 * Without a journal ext4 passes over every inode that was deleted in the last minutes for each one that it makes, which mounts make a dozen of:
 * they take twice as long then, and longer with each round.
 */
function warnOfFileSystem(folder: string): void {
  const mount = process.platform === 'linux' ? mountAround(readMountTable(), realpathSync(folder)) : undefined;
  if (mount?.type !== 'ext4' || !existsSync(mount.source) || existsSync(`/proc/fs/jbd2/${basename(realpathSync(mount.source))}-8`)) { return; }
  console.log(`"${folder}" is on an ext4 without a journal, where figures of mounts grow with the files that were deleted before: set TMPDIR to a folder elsewhere`);
}

/** What keeps this from running at all. */
function obstacle(executable: string, names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined) { return `There is no measurement "${unknown}": choose of ${Object.keys(benchmarks).join(', ')}`; }
  if (!existsSync(executable)) { return `There is no "${executable}": run "npm run build" first`; }
  if (spawnSync('wimlib-imagex', ['--version']).status !== 0) { return 'There is no wimlib-imagex to compare with: apt-get install wimtools'; }
  return undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true }, executable: { type: 'string' } } });
  const executable = resolve(values.executable ?? builtExecutable);
  const names = values.only ?? Object.keys(benchmarks);
  const reason = obstacle(executable, names);
  if (reason !== undefined) {
    console.error(reason);
    return 1;
  }
  const bench = new Workbench({ executable, quick: values.quick === true });
  const stop = (): void => { void bench.close().finally(() => process.exit(130)); };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const rows: Row[] = [];
  let failed = false;
  console.log(load());
  warnOfFileSystem(bench.folder);
  try {
    for (const name of names) {
      console.log(`Measuring: ${name}`);
      try {
        rows.push(...await benchmarks[name]?.(bench) ?? []);
      } catch (error) {
        failed = true;
        console.error(`"${name}" could not be measured:`, error);
      }
    }
  } finally {
    await bench.close();
  }
  console.log(`${load()}\n\n${table(rows)}`);
  return failed ? 1 : 0;
}

process.exitCode = await main();
