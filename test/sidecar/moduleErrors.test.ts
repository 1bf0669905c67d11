/** The errors that the PowerShell module makes itself are those of the one table: same code, category, meaning and hint. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeHresult, Hresult } from '../../sidecar/src/hresult.ts';

const module = fileURLToPath(new URL('../../module/', import.meta.url));
const mirror = readFileSync(join(module, 'Private/Get-ModuleError.ps1'), 'utf8');
const scripts = ['Private', 'Public', 'Conformance'].flatMap((folder) => readdirSync(join(module, folder)).filter((name) => name.endsWith('.ps1'))
  .map((name) => ({ name, text: readFileSync(join(module, folder, name), 'utf8') })));
const rows = [...mirror.matchAll(/^ {8}(\w+) = (0x[0-9A-F]{8}), '(\w+)', '(.*)',\n {12}'(.*)'$/gm)]
  .map(([, symbol = '', code = '', category, meaning, hint]) => ({ symbol, code: Number(code), category, meaning, hint }));

test('the table of the module says what that of the sidecar says', () => {
  expect(rows.map(({ symbol }) => symbol)).toEqual(expect.arrayContaining(['DISMTS_E_BUSY', 'DISMTS_E_SIDECAR_START', 'E_INVALIDARG']));
  // Each row was understood.
  expect(rows).toHaveLength((mirror.match(/^ {8}\w+ = /gm) ?? []).length);
  for (const row of rows) { expect(describeHresult(row.code)).toEqual({ ...row, known: true }); }
});

test('the module makes no error that its table lacks, and has none that nobody makes', () => {
  const made = new Map(scripts.filter(({ text }) => text !== mirror).flatMap(({ name, text }) =>
    [...text.matchAll(/(?:-Symbol |\bSymbol *= |\['Symbol'\] = )'(\w+)'/g)].map(([, symbol = '']) => [symbol, name] as const)));
  expect(made.size).toBeGreaterThan(8);
  expect([...made.keys()].sort()).toEqual(rows.map(({ symbol }) => symbol).sort());
  for (const symbol of made.keys()) { expect(Object.hasOwn(Hresult, symbol), `${symbol} in ${made.get(symbol) ?? ''}`).toBe(true); }
});

test('no other file of the module says a code beside a symbol', () => {
  const says = scripts.filter(({ text }) => /\bHResult *= *-?(?:0x)?[0-9A-F]|-HResult +[-0-9]/.test(text)).map(({ name }) => name);
  expect(says).toEqual([]);
});
