/** Struct layouts against what a C compiler makes of the installed wimlib.h. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wimlibErrors } from '../../../sidecar/src/wimlib/errors.ts';
import { loadWimlib } from '../../../sidecar/src/wimlib/binding.ts';
import { libwimTypes } from '../../helpers/libwimTree.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const header = '/usr/include/wimlib.h';
const lacks = !existsSync(header) ? `no ${header} (package libwim-dev)`
  : !existsSync('/usr/bin/gcc') ? 'no gcc' : undefined;
if (lacks !== undefined) {
  process.stderr.write(`skipped: layouts are not compared with wimlib.h: ${lacks}\n`);
}

/** Names as in C; a bit-field has no offset there, so what follows it is compared instead. */
const structs = {
  wimlib_progress_info_write_streams: 'struct wimlib_progress_info_write_streams',
  wimlib_progress_info_integrity: 'struct wimlib_progress_info_integrity',
  wimlib_progress_info_verify_streams: 'struct wimlib_progress_info_verify_streams',
  wimlib_progress_info_verify_image: 'struct wimlib_progress_info_verify_image',
  wimlib_progress_info_scan: 'struct wimlib_progress_info_scan',
  wimlib_progress_info_extract: 'struct wimlib_progress_info_extract',
  wimlib_progress_info_split: 'struct wimlib_progress_info_split',
  wimlib_progress_info_test_file_exclusion: 'struct wimlib_progress_info_test_file_exclusion',
  wimlib_progress_info_handle_error: 'struct wimlib_progress_info_handle_error',
  wimlib_wim_info: 'struct wimlib_wim_info',
  wimlib_resource_entry: 'struct wimlib_resource_entry',
  wimlib_stream_entry: 'struct wimlib_stream_entry',
  wimlib_dir_entry: 'struct wimlib_dir_entry',
} as const;

describe.skipIf(lacks !== undefined)('the binding agrees with wimlib.h', () => {
  /** Compiles and runs a program that prints lines of `key=value`. */
  async function ask(expressions: Readonly<Record<string, string>>): Promise<Record<string, number>> {
    const folder = tempFolder();
    await writeFile(join(folder, 'ask.c'), [
      '#include <stddef.h>', '#include <stdio.h>', '#include <wimlib.h>', 'int main(void) {',
      ...Object.entries(expressions).map(([key, expression]) => `printf("${key}=%ld\\n", (long)(${expression}));`),
      'return 0; }',
    ].join('\n'));
    execFileSync('gcc', ['-o', join(folder, 'ask'), join(folder, 'ask.c')]);
    const printed = execFileSync(join(folder, 'ask'), { encoding: 'utf8' });
    return Object.fromEntries(printed.trim().split('\n').map((line) => {
      const [key = '', value] = line.split('=');
      return [key, Number(value)];
    }));
  }

  test.for(Object.keys(structs) as (keyof typeof structs)[])('%s has the same size and offsets', async (name) => {
    const types = { ...loadWimlib().types, ...libwimTypes().types };
    const type = types[name];
    const members = Object.values(type.members ?? {}).filter((member) => member.name !== 'flags');
    const ours = {
      // Of the entry with the flexible array, the size is where the array begins.
      size: type.size,
      ...Object.fromEntries(members.map((member) => [member.name, member.offset])),
    };
    const theirs = await ask({
      size: name === 'wimlib_dir_entry' ? `offsetof(${structs[name]}, streams)` : `sizeof(${structs[name]})`,
      ...Object.fromEntries(members.map((member) => [member.name, `offsetof(${structs[name]}, ${member.name})`])),
    });
    expect(ours).toEqual(theirs);
    expect(members.length).toBeGreaterThan(1);
  });

  test('bit-fields are where the decoding looks for them', async () => {
    const bit = (struct: string, field: string, from: string, bytes: number) =>
      `({ union { struct ${struct} s; unsigned char b[sizeof(struct ${struct})]; } u = {0}; u.s.${field} = 1; `
      + `unsigned v; __builtin_memcpy(&v, u.b + offsetof(struct ${struct}, ${from}) + ${bytes}, 4); __builtin_ctz(v); })`;
    expect(await ask({
      missing: bit('wimlib_resource_entry', 'is_missing', 'reference_count', 4),
    })).toEqual({ missing: 4 });
  });

  test('wimlibErrors has every code of enum wimlib_error_code', async () => {
    const codes = [...wimlibErrors].map(([code, { symbol }]) => [symbol, code] as const);
    expect(await ask(Object.fromEntries(codes.map(([symbol]) => [symbol, symbol])))).toEqual(Object.fromEntries(codes));
    const declared = execFileSync('grep', ['-cE', '^\\s+WIMLIB_ERR_[A-Z0-9_]+ +=', header], { encoding: 'utf8' });
    expect(codes.length).toBe(Number(declared) - 1); // without WIMLIB_ERR_SUCCESS
  });
});
