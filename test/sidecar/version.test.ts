/** The one version number in its several places. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { version } from '../../sidecar/src/version.ts';

test.for(['package.json', 'sidecar/package.json', 'protocol/package.json'])('version is that of %s', async (path) => {
  expect(JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'))).toMatchObject({ version });
});

test('version is that of the module', async () => {
  expect(await readFile(new URL('../../DismTs.psd1', import.meta.url), 'utf8')).toMatch(new RegExp(`ModuleVersion\\s*=\\s*'${version.replaceAll('.', '\\.')}'`));
});
