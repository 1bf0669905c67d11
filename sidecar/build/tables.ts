/** Writes what is made of tables in the sources, and of the help of the module where there is a PowerShell: `npm run tables`. */
import { spawnSync } from 'node:child_process';
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './generated.ts';
import { icon } from './icon.ts';
import { root } from './paths.ts';

for (const [file, text] of generatedFiles()) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) { continue; }
  writeFileSync(path, text);
  console.log(`${file} written`);
}

const iconFile = join(root, 'module', 'icon.png');
if (!existsSync(iconFile) || !readFileSync(iconFile).equals(icon())) {
  writeFileSync(iconFile, icon());
  console.log('module/icon.png written');
}

const { error, status } = spawnSync('pwsh', ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'moduleTables.ps1')], { stdio: ['ignore', 'inherit', 'inherit'] });
if (error === undefined) {
  process.exitCode = status ?? 1;
} else {
  console.log('The types file and the pages of commands are as they were: there is no pwsh');
}
