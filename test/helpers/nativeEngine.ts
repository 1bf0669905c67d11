/** The native engine over the ELF double, with a real engine process. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createNativeEngine, type NativeEngine, type NativeEngineOptions } from '../../sidecar/src/engine/native/nativeEngine.ts';
import { installDouble, type DoubleGeneration, type DoubleModes, type InstalledDouble } from './dismDouble.ts';
import { tempFolder } from './tempFolder.ts';

/** The Node.js of the executables: it runs TypeScript as it is. */
function typeScriptNode(): string {
  const require = createRequire(import.meta.url);
  return require.resolve(`node-${process.platform}-${process.arch}/bin/node`);
}

/** Starts this repository's dismts without a build. */
export const sourceCommand: readonly [string, ...string[]] = [
  typeScriptNode(), '--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../../sidecar/src/main.ts', import.meta.url)),
];

/** An engine and the double that its process loads. */
export interface TestEngine {
  readonly engine: NativeEngine;
  readonly double: InstalledDouble;
  /** Folder of the logs of the engine process. */
  readonly logDirectory: string;
}

/** What is different from the default. */
export interface TestEngineOptions extends NativeEngineOptions {
  readonly modes?: DoubleModes;
  readonly generation?: DoubleGeneration;
}

/** Makes the engine, with a double and a state folder of its own; after the test the process has to end. */
export function startNativeEngine({ modes = {}, generation = 'newest', ...options }: TestEngineOptions = {}): TestEngine {
  const folder = tempFolder();
  const double = installDouble(join(folder, 'DISM'), 'elf', modes, generation);
  const stateDirectory = join(folder, 'state');
  const engine = createNativeEngine({
    libraries: { libraryPath: double.path, eventsLibraryPath: double.path },
    command: sourceCommand,
    env: { DISMTS_STATE_DIR: stateDirectory },
    ...options,
  });
  onTestFinished(async () => { await engine.close?.(); });
  return { engine, double, logDirectory: join(stateDirectory, 'logs') };
}
