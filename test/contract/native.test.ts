/** The native engine, over the double of DismApi.dll, keeps the contract. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { lacksDouble } from '../helpers/dismDouble.ts';
import { makeNativeEngine } from '../helpers/nativeEngine.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { describeContract } from './contract.ts';

const lacking = lacksDouble('elf');
if (lacking === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'dismts-test-'));
  const { engine } = makeNativeEngine(folder);
  const [imagePath, windowsPath] = [join(folder, 'install.wim'), join(folder, 'image')];
  writeFileSync(imagePath, '');
  mkdirSync(join(windowsPath, 'Windows'), { recursive: true });
  afterAll(async () => {
    await engine.close?.();
    rmSync(folder, { recursive: true });
  });
  describeContract({
    title: 'native',
    name: 'Native',
    gaps: {},
    bench: () => Promise.resolve({
      engine, imagePath, windowsPath, secondName: 'Windows 11 \u{1D53C}\u{1D555}\u{1D566}', emptyFolder: tempFolder, logDirectory: join(folder, 'logs'),
    }),
  });
} else {
  process.stderr.write(`skipped: the contract of the native engine: ${lacking}\n`);
}
