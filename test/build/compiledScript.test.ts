/** The compiled form of scripts: the same in every build, taken by the Node.js of the executable, and no condition for its start. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleProgram } from '../../sidecar/build/bundle.ts';
import { compiledPrograms, compileScript } from '../../sidecar/build/compiledScript.ts';
import { packageFile } from '../../sidecar/build/npmPackage.ts';
import { findTarget, targets } from '../../sidecar/build/targets.ts';
import { builtExecutable } from '../helpers/programs.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const target = findTarget();
const node = packageFile(target.nodePackage, target.nodeBinary);
const script = (name: (typeof programs)[number]): Promise<Uint8Array> => bundleProgram(name, '0'.repeat(64));
const programs = compiledPrograms(target);

/** What Node.js, with the options of the executable, says of a compiled form: whether it was refused, and whether the script is a function then. */
function use(source: Uint8Array, compiled: Uint8Array, options: readonly string[] = []): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'script'), source);
  writeFileSync(join(folder, 'compiled'), compiled);
  return execFileSync(node, [`--openssl-config=${target.nullDevice}`, ...options, '--eval', `
    const { readFileSync } = require('node:fs');
    const script = new (require('node:vm').Script)(readFileSync('script', 'latin1'), { filename: 'x.js', cachedData: readFileSync('compiled') });
    console.log(script.cachedDataRejected ? 'refused' : 'taken', typeof script.runInThisContext());
  `], { cwd: folder, encoding: 'utf8' }).trim();
}

test.each(programs)('compileScript() makes the same bytes of %s each time, and Node.js takes them', async (name) => {
  const source = await script(name);
  const compiled = compileScript(node, name, source, tempFolder());
  expect(compileScript(node, name, source, tempFolder()).equals(compiled)).toBe(true);
  expect(use(source, compiled)).toBe('taken function');
});

test('a script runs without its compiled form where that does not fit', async () => {
  const source = await script('imageProcess');
  const compiled = compileScript(node, 'imageProcess', source, tempFolder());
  const other = Buffer.concat([Buffer.from(source), Buffer.from('\n')]);
  expect(use(other, compiled)).toBe('refused function');
  expect(use(source, compiled.subarray(0, 1000))).toBe('refused function');
  expect(use(source, compiled, ['--no-lazy'])).toBe('refused function');
});

test('compiledPrograms() names none for a Node.js that does not run here', () => {
  expect(targets.filter((one) => compiledPrograms(one).length > 0)).toEqual([target]);
});

test('the built executable holds the scripts and their compiled forms', ({ skip }) => {
  const built = builtExecutable();
  const part = (name: string): string => join(import.meta.dirname, '..', '..', 'dist', 'build', `${target.name}-${name}`);
  if (built === undefined || !existsSync(part('dismts.cjs'))) { skip('It was not built here: run "npm run build"'); return; }
  const content = readFileSync(built.command);
  for (const name of programs) {
    const [source, compiled] = [readFileSync(part(`${name}.js`)), readFileSync(part(`${name}.cache`))];
    expect(content.includes(source), `${name}.js`).toBe(true);
    expect(content.includes(compiled), `${name}.cache`).toBe(true);
    expect(use(source, compiled)).toBe('taken function');
  }
});
