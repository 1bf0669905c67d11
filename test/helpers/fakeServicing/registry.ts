/** What the fake engine answers about the registry of an image. */
import type { RegistryChange, RegistryEdit } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { AnswerImage } from './session.ts';

const dword = { type: 'DWord', typeNumber: 4, value: '4294967295' } as const;

function changeOf(edit: RegistryEdit): RegistryChange {
  const { action, hive, key } = edit;
  const name = 'name' in edit ? edit.name : '';
  return {
    action, hive, key, name, changed: true, before: action === 'RemoveValue' ? dword : null,
    after: edit.action === 'SetValue' ? { type: edit.type, typeNumber: 1, value: edit.value } : null,
  };
}

/** The methods. */
export function fakeRegistry(image: AnswerImage) {
  return {
    getRegistryKeys: async ({ hive, key, ...params }, context) => ({
      ...await image(params, context, { names: [key] }),
      keys: [{ hive, key: `${key}\\Sub`, name: 'Sub', subkeyCount: 2, valueCount: 3, lastWritten: '2026-01-02T03:04:05.678Z' }],
    }),
    getRegistryValues: async ({ hive, key, ...params }, context) => ({
      ...await image(params, context, { names: [key] }),
      values: [
        { hive, key, name: '', type: 'String', typeNumber: 1, value: 'text' },
        { hive, key, name: 'Number', ...dword },
        { hive, key, name: 'Large', type: 'QWord', typeNumber: 11, value: '18446744073709551615' },
        { hive, key, name: 'Bytes', type: 'Binary', typeNumber: 3, value: '00ff10' },
        { hive, key, name: 'Many', type: 'MultiString', typeNumber: 7, value: ['a', 'b'] },
      ],
    }),
    changeRegistry: async ({ edits, ...params }, context) => ({
      ...await image(params, context, { names: edits.map(({ key }) => key) }), changed: true, changes: edits.map(changeOf),
    }),
    importRegistryFile: async ({ registryFile, ...params }, context) => ({
      ...await image(params, context, { names: [registryFile] }), changed: true, editCount: 3,
      changes: [changeOf({ action: 'SetValue', hive: 'SOFTWARE', key: 'Contoso', name: 'Name', type: 'String', value: 'text' })],
    }),
  } satisfies Partial<EngineOperations>;
}
