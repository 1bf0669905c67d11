/** The portable engine's operations on image files, with a state directory of their own. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { DismError } from '../../sidecar/src/errors.ts';
import { createPortableEngine } from '../../sidecar/src/engine/portable/portableEngine.ts';
import { tempFolder } from './tempFolder.ts';
import './wimJobs.ts';

export const engine = createPortableEngine();

let stateDirectory = '';

/** To be called while a test file is collected. */
export function useStateDirectory(): void {
  const before = process.env['DISMTS_STATE_DIR'];
  beforeEach(() => {
    stateDirectory = join(tempFolder(), 'state');
    process.env['DISMTS_STATE_DIR'] = stateDirectory;
  });
  afterEach(() => {
    if (before === undefined) { delete process.env['DISMTS_STATE_DIR']; } else { process.env['DISMTS_STATE_DIR'] = before; }
  });
}

/** What is in a folder that an operation may have left: its temporary files, and the records of them. */
export function leftovers(folder: string): string[] {
  const records = join(stateDirectory, 'unfinished');
  return [...readdirSync(folder).filter((name) => name.startsWith('.dismts-')), ...existsSync(records) ? readdirSync(records) : []];
}

/** The error that an operation fails with. */
export async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

/** Folder of the state directory of the test that runs. */
export function currentStateDirectory(): string {
  return stateDirectory;
}
