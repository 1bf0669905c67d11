/** The table in the document about the engines leaves nothing out of what they say of themselves. */
import { engineMethods } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { unsupportedBy } from '../../sidecar/src/engine/support.ts';
import { supportTable } from '../../sidecar/build/supportTable.ts';

describe('supportTable()', () => {
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
