/** A folder of its own for each test, gone when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes a temporary folder that is removed after the test that asks for it. Nothing may be mounted in it by then. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dismts-test-'));
  // Again where a process that the test has ended writes its last file meanwhile.
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); });
  return folder;
}
