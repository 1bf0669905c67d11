/** Reading the command line. */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../sidecar/src/commandLine/parse.ts';
import { findVerb } from '../../../sidecar/src/commandLine/verbs.ts';

/** What is common to requests that say nothing else. */
const plain = { engine: 'Auto', dismPath: undefined, quiet: false, progress: false };
const here = (path: string): string => resolve(path);

describe('parseCommandLine() of call', () => {
  test.for([
    [['call', 'image/listMounted'], { method: 'image/listMounted', params: '{}' }],
    [['call', 'image/mount', '-', '--progress'], { method: 'image/mount', params: '-', progress: true }],
    [['call', 'error/resolve', '{"code":5}', '--engine', 'portable'], { method: 'error/resolve', params: '{"code":5}', engine: 'Portable' }],
    [['call', 'feature/get', '--dism-path', 'adk/DISM'], { method: 'feature/get', params: '{}', dismPath: here('adk/DISM') }],
    [['call', 'feature/get', '--json'], { method: 'feature/get', params: '{}', style: 'json' }],
  ] as const)('takes %j', ([args, request]) => {
    expect(parseCommandLine(args)).toEqual({ kind: 'run', request: { ...plain, style: 'call', ...request } });
  });
});

describe('parseCommandLine() of verbs', () => {
  const run = (name: string, params: object, rest: object = {}): object => ({
    kind: 'run', request: { ...plain, method: findVerb(name)?.method, params, style: { verb: findVerb(name) }, ...rest },
  });

  test.for([
    [['info', 'a.wim'], run('info', { imagePath: here('a.wim') })],
    [['mount', 'a.wim', 'm/', '--index', '2', '--read-only'], run('mount', { imagePath: here('a.wim'), mountPath: here('m'), imageIndex: 2, readOnly: true })],
    [['unmount', '/m', '--save'], run('unmount', { mountPath: here('/m'), commit: true })],
    [['unmount', '--discard', '/m', '-q'], run('unmount', { mountPath: here('/m'), commit: false }, { quiet: true })],
    [['repair', 'm', '--source', 'wim:b.wim:3', '--source', 'c'], run('repair', { path: here('m'), sources: [`WIM:${here('b.wim')}:3`, here('c')] })],
    [['scan', '--online'], run('scan', { online: true })],
    [['features', '--online', 'NetFx3'], run('features', { online: true, featureName: 'NetFx3' })],
    [['features', 'm', 'NetFx3'], run('features', { path: here('m'), featureName: 'NetFx3' })],
    [['error', '0xC1420127'], run('error', { code: 0xC1420127 })],
    [['error', 'C1420127'], run('error', { code: 0xC1420127 })],
    [['error', 'E_ACCESSDENIED'], run('error', { symbol: 'E_ACCESSDENIED' })],
    [['log', 'x.log', '--last-operation', 'false', '--last', '20'], run('log', { logPath: here('x.log'), lastOperation: false, last: 20 })],
    [['set-non-removable-app', 'm', 'Contoso', 'false'], run('set-non-removable-app', { path: here('m'), packageFamilyName: 'Contoso', nonRemovable: false })],
    [['split', 'a.wim', 'parts/a.swm', '--file-size', '1'], run('split', { imagePath: here('a.wim'), splitImagePath: here('parts/a.swm'), fileSize: 1 })],
    [['export', 'a', 'b', '--index', '2'], run('export', { sourceImagePath: here('a'), destinationImagePath: here('b'), sourceIndexes: [2] })],
    [['export', 'a', 'b', '--index', '1,3'], run('export', { sourceImagePath: here('a'), destinationImagePath: here('b'), sourceIndexes: [1, 3] })],
    [['export', 'a', 'b', '--index', '[1]'], run('export', { sourceImagePath: here('a'), destinationImagePath: here('b'), sourceIndexes: [1] })],
    [['export', 'a', 'b', '--index', '*'], run('export', { sourceImagePath: here('a'), destinationImagePath: here('b'), sourceIndexes: '*' })],
    [['change-registry', 'm', '--edits', '[{"a":1},{"a":2}]', '--edits', '{"a":3}'], run('change-registry', { path: here('m'), edits: [{ a: 1 }, { a: 2 }, { a: 3 }] })],
    [['scan', 'm', '--log-level', 'debug'], run('scan', { path: here('m'), logLevel: 'Debug' })],
  ] as const)('takes %j', ([args, commandLine]) => {
    expect(parseCommandLine(args)).toEqual(commandLine);
  });

  test.for([
    [['moutn'], 'unknown command \'moutn\'; did you mean "mount"?', ''],
    [['mount', 'a', 'b', '--idnex', '1'], 'unknown option \'--idnex\'; did you mean "--index"?', 'mount'],
    [['mount', 'a', 'b', '--index', 'one'], '--index takes a number, not "one"', 'mount'],
    [['mount', 'a', 'b', '--index', '1', '--log-level', 'Debgu'], '--log-level takes Errors, Warnings, WarningsInfo, Debug, not "Debgu"; did you mean "Debug"?', 'mount'],
    [['mounted'], 'unknown command \'mounted\'; did you mean "mount" or "mounts"?', ''],
    [['help', 'mout'], 'unknown command \'mout\'; did you mean "mount"?', ''],
    [['export', 'a', 'b', '--index', 'all'], '--index takes a number, several such as 1,3, or * for all, not "all"', 'export'],
    [['mount', 'a'], 'missing required argument \'folder\'', 'mount'],
    [['mount', '', 'b', '--index', '1'], '<image> takes a path, and it is empty', 'mount'],
    [['unmount', 'm'], 'unmount needs one of --save and --discard', 'unmount'],
    [['unmount', 'm', '--save', '--discard'], 'unmount needs one of --save and --discard', 'unmount'],
    [['call', 'image/mont', '{}'], 'There is no method "image/mont"; did you mean "image/mount"?', 'call'],
    [['call', 'initialize'], 'There is no method "initialize"', 'call'],
    [['call', 'toString'], 'There is no method "toString"', 'call'],
    [['call', 'image/mount', '{}', '{}'], /^too many arguments/, 'call'],
    [['scan', 'm', '--engine', 'natiev'], '--engine takes Auto, Native, Portable, not "natiev"; did you mean "Native"?', 'scan'],
    [['completion', 'csh'], 'There is completion for bash, zsh, fish, powershell, not for "csh"; did you mean "zsh"?', ''],
    [['--stdio', '--version'], /^--stdio stands alone/, ''], [['--stdio', 'call', 'image/mount'], /^--stdio stands alone/, ''], [['--stdio=1'], 'unknown option \'--stdio=1\'; did you mean "--stdio"?', ''],
    [[], 'Say what to do', ''], [['call'], 'Say what to do', 'call'], [['--nonsense'], 'unknown option \'--nonsense\'', ''],
  ] as const)('refuses %j', ([args, reason, verb]) => {
    expect(parseCommandLine(args)).toEqual({ kind: 'wrong', verb, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) as string });
  });

  test('--stdio alone serves', () => { expect(parseCommandLine(['--stdio'])).toEqual({ kind: 'stdio' }); });

  test('help of a verb has its options, and --schema needs no parameters', () => {
    expect(parseCommandLine(['mount', '--help'])).toMatchObject({ kind: 'text', text: expect.stringContaining('--index <number>') as string });
    expect(parseCommandLine(['help', 'mount'])).toMatchObject({ kind: 'text', text: expect.stringMatching(/^Usage: dismts mount /) as string });
    expect(parseCommandLine(['help'])).toEqual(parseCommandLine(['--help']));
    expect(parseCommandLine(['call', 'image/mount', '--help'])).toMatchObject({ kind: 'text', text: expect.stringMatching(/imagePath +path, required/) as string });
    for (const args of [['mount', '--schema'], ['call', 'image/mount', '--schema']]) {
      const commandLine = parseCommandLine(args);
      expect(JSON.parse(commandLine.kind === 'text' ? commandLine.text : '')).toMatchObject({ method: 'image/mount', params: { required: ['imagePath', 'mountPath'] } });
    }
  });
});
