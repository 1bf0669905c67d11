/** All that is in a hive as a list that can be compared: by our reader, and by hivexml of libhivex. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { HiveKey } from '../../../sidecar/src/registry/hive.ts';

/** One value. */
export interface FlatValue {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

const typeNames: Readonly<Record<number, string>> = {
  0: 'none', 1: 'string', 2: 'expand', 3: 'binary', 4: 'int32', 7: 'string-list', 11: 'int64',
};

/** Paths of all keys, and their values, by our reader. */
export function flatten(key: HiveKey, path = ''): (string | FlatValue)[] {
  const values = key.values().map((value): FlatValue => ({
    path, name: value.name, type: typeNames[value.type] ?? 'unknown',
    value: value.asString() ?? value.asStrings()?.join('|') ?? (value.type === 4 && value.data.length === 4 ? String(value.data.readInt32LE())
      : value.type === 11 && value.data.length === 8 ? String(value.data.readBigInt64LE()) : value.data.toString('base64')),
  }));
  return [path, ...values, ...key.subkeys().flatMap((subkey) => flatten(subkey, `${path}\\${subkey.name}`))];
}

function unescape(text: string): string {
  return text.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"' })[name] ?? '&');
}

/** The same by hivexml of libhivex. */
export function flattenByHivexml(file: string): (string | FlatValue)[] {
  // It opens /dev/stdout by name, which a pipe of Node.js (a socket) refuses.
  const output = openSync(`${file}.xml`, 'w');
  try {
    expect(spawnSync('hivexml', [file], { encoding: 'utf8', stdio: ['ignore', output, 'pipe'] })).toMatchObject({ status: 0, stderr: '' });
  } finally {
    closeSync(output);
  }
  const xml = readFileSync(`${file}.xml`, 'utf8');
  const found: (string | FlatValue)[] = [];
  const path: string[] = [];
  let list: { name: string; texts: string[] } | undefined;
  for (const [, tag = '', attributes = '', text = ''] of xml.matchAll(/<(\/?[\w-]+)([^>]*)>([^<]*)/g)) {
    const attribute = (name: string) => unescape(new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    if (tag === 'node') {
      path.push(path.length === 0 ? '' : attribute('name'));
      found.push(path.join('\\'));
    } else if (tag === '/node') {
      path.pop();
    } else if (tag === 'value') {
      const name = attribute('key');
      if (attribute('type') === 'string-list') {
        list = { name, texts: [] };
      } else {
        const value = attribute('encoding') === 'base64' ? attribute('value').replaceAll(/\s/g, '') : attribute('value');
        found.push({ path: path.join('\\'), name, type: attribute('type'), value });
      }
    } else if (tag === 'string') {
      list?.texts.push(unescape(text));
    } else if (tag === '/value' && list !== undefined) {
      found.push({ path: path.join('\\'), name: list.name, type: 'string-list', value: list.texts.filter((each) => each !== '').join('|') });
      list = undefined;
    }
  }
  return found;
}
