/** The document about the engines says of them what they say of themselves. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { engineMethods } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { unsupportedBy } from '../../sidecar/src/engine/support.ts';
import { supportTable, tableMarkers } from '../helpers/supportTable.ts';

describe('supportTable()', () => {
  test('is what stands in module/docs/engines.md between its markers', () => {
    const readme = readFileSync(fileURLToPath(new URL('../../module/docs/engines.md', import.meta.url)), 'utf8');
    const [, after = ''] = readme.split(`${tableMarkers.begin}\n`);
    const [between] = after.split(`\n${tableMarkers.end}`);
    expect(between).toBe(supportTable());
  });

  test('names every method, and every reason', () => {
    const table = supportTable();
    for (const { method } of Object.values(engineMethods)) {
      const [noun = '', verb = ''] = method.split('/');
      expect(table.split('\n').find((line) => line.startsWith(`| \`${noun}/\``))).toContain(`\`${verb}\``);
    }
    for (const reasons of Object.values(unsupportedBy)) {
      for (const reason of Object.values(reasons)) { expect(table).toContain(reason); }
    }
  });
});
