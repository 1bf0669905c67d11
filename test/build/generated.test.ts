/** What is made of tables in the sources is what the tables say now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../sidecar/build/generated.ts';
import { root } from '../../sidecar/build/paths.ts';

test.for([...generatedFiles()])('%s is up to date (else: npm run tables)', ([file, text]) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});
