/** Writes what is made of tables in the sources: `npm run tables`. */
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './generated.ts';
import { root } from './paths.ts';

for (const [file, text] of generatedFiles()) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) { continue; }
  writeFileSync(path, text);
  console.log(`${file} written`);
}
