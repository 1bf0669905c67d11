/** The native engine over the ELF double, with a real engine process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createNativeEngine, type NativeEngine, type NativeEngineOptions } from '../../sidecar/src/engine/native/nativeEngine.ts';
import { deadlineMs } from './deadline.ts';
import { installDouble, type DoubleCall, type DoubleGeneration, type DoubleModes, type InstalledDouble } from './dismDouble.ts';
import { sourceCommand } from './sourceCommand.ts';
import { tempFolder } from './tempFolder.ts';
import { buildWofDouble, installWimDouble, type InstalledWimDouble } from './wimDouble.ts';

/** An engine and the double that its process loads. */
export interface TestEngine {
  readonly engine: NativeEngine;
  readonly double: InstalledDouble;
  readonly wimDouble: InstalledWimDouble;
  /** Folder of the logs of the engine process. */
  readonly logDirectory: string;
  /** The calls so far, without those that only give something back. */
  readonly calls: () => readonly DoubleCall[];
}

/** What is different from the default. */
export interface TestEngineOptions extends NativeEngineOptions {
  readonly modes?: DoubleModes;
  /** Of the double of wimgapi.dll. */
  readonly wimModes?: DoubleModes;
  readonly generation?: DoubleGeneration;
}

/** Stands for dism.exe: says what it was given. */
const dismProgram = fileURLToPath(new URL('dismProgram.mjs', import.meta.url));

const housekeeping: ReadonlySet<string> = new Set(['DismDelete', 'DismGetLastErrorMessage']);

/** Makes the engine, with a double and a state folder of its own. After the test its process has to end. */
export function startNativeEngine(options: TestEngineOptions = {}): TestEngine {
  const test = makeNativeEngine(tempFolder(), options);
  onTestFinished(async () => { await test.engine.close?.(); });
  return test;
}

/** The same for all tests of a file, whose owner closes it. Everything goes into `folder`. */
export function makeNativeEngine(folder: string, { modes = {}, wimModes = {}, generation = 'newest', env, ...options }: TestEngineOptions = {}): TestEngine {
  const double = installDouble(join(folder, 'DISM'), 'elf', modes, generation);
  const wimDouble = installWimDouble(join(folder, 'wimgapi'), 'elf', wimModes);
  const stateDirectory = join(folder, 'state');
  const engine = createNativeEngine({
    libraries: {
      libraryPath: double.path, eventsLibraryPath: double.path,
      imageFiles: { wimgapi: wimDouble.path, kernel: wimDouble.path, wofutil: buildWofDouble('elf'), dism: [process.execPath, dismProgram] },
    },
    command: sourceCommand,
    env: { DISMTS_STATE_DIR: stateDirectory, ...env },
    ...options,
  });
  return {
    engine, double, wimDouble, logDirectory: join(stateDirectory, 'logs'),
    calls: () => double.calls().filter((call) => !housekeeping.has(call.function)),
  };
}

/** Waits until something is so; asks again and again until the deadline. */
export async function until(holds: () => boolean, what: string, waitMs = deadlineMs): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!holds()) {
    if (Date.now() > deadline) { throw new Error(`not within ${waitMs} ms: ${what}`); }
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
