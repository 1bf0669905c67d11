/** The table of verbs fits the protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { notAbsolute } from '@dismts/protocol';
import { callableMethods } from '../../../sidecar/src/commandLine/callable.ts';
import { parametersOf } from '../../../sidecar/src/commandLine/parameters.ts';
import { parameterTexts } from '../../../sidecar/src/commandLine/parameterTexts.ts';
import { parseCommandLine } from '../../../sidecar/src/commandLine/parse.ts';
import { resultText } from '../../../sidecar/src/commandLine/resultText.ts';
import { inShellWords } from '../../../sidecar/src/commandLine/shellWords.ts';
import { verbs } from '../../../sidecar/src/commandLine/verbs.ts';
import { knownCodes } from '../../../sidecar/src/hresult.ts';

const sources = join(import.meta.dirname, '../../../sidecar/src');

describe('verbs', () => {
  test('take relative paths wherever the protocol wants absolute ones', () => {
    const texts = verbs.flatMap(({ name, method }) => parametersOf(callableMethods.get(method)?.params ?? expect.fail()).filter(({ kind }) => kind === 'text').map((each) => {
      const shape = (callableMethods.get(method)?.params as { shape?: Record<string, z.ZodType> }).shape ?? {};
      const refused = shape[each.name]?.safeParse('relative').error?.issues.some(({ message }) => message === notAbsolute) === true;
      return refused ? `${name} ${each.name}` : '';
    }));
    expect(texts.filter((one) => one !== '')).toEqual([]);
  });

  test('no two have one name, and none is a word of the program', () => {
    const names = verbs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const word of ['call', 'help', 'completion', 'complete', 'manual']) { expect(names).not.toContain(word); }
  });

  test.for(verbs.map((verb) => [verb.name, verb] as const))('%s: its method, positions and columns are declared', ([, verb]) => {
    const declaration = callableMethods.get(verb.method);
    const parameters = parametersOf(declaration?.params ?? expect.fail(`no method ${verb.method}`));
    const names = parameters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...verb.positionals, ...Object.values(verb.orElse ?? {})]));
    const options = parameters.map(({ option }) => option);
    expect(new Set(options).size).toBe(options.length);
    const schema = JSON.stringify(parseResultSchema(verb.method));
    const shown = 'list' in verb.shown ? [verb.shown.list, ...verb.shown.columns]
      : 'properties' in verb.shown ? verb.shown.properties : [...verb.shown.say.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    for (const name of shown) { expect(schema).toContain(`"${name}":`); }
  });

  test.for(verbs.map((verb) => [verb.example] as const))('the example "%s" is one', ([example]) => {
    const commandLine = parseCommandLine(example.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1')));
    if (commandLine.kind !== 'run') { expect.fail(JSON.stringify(commandLine)); }
    const { method, params } = commandLine.request;
    expect(callableMethods.get(method)?.params.safeParse(params).error?.message).toBeUndefined();
  });

  test('every switch of every verb arrives', () => {
    const lost = verbs.flatMap(({ name, method, example, positionals }) => {
      const words = example.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
      return parametersOf(callableMethods.get(method)?.params ?? expect.fail()).filter((each) => each.kind === 'switch' && !positionals.includes(each.name))
        .filter((parameter) => {
          const commandLine = parseCommandLine([...words, `--${parameter.option}`]);
          // What one of several choices of the verb sets is no option.
          if (commandLine.kind === 'wrong') { return !commandLine.reason.startsWith('unknown option'); }
          return commandLine.kind !== 'run' || (commandLine.request.params as Record<string, unknown>)[parameter.name] !== true;
        }).map(({ option }) => `${name} --${option}`);
    });
    expect(lost).toEqual([]);
  });

  test('every request that can be called has a verb', () => {
    expect([...callableMethods.keys()].filter((method) => !verbs.some((verb) => verb.method === method))).toEqual([]);
  });

  test('every parameter of every verb is explained', () => {
    const parameters = verbs.flatMap(({ method }) => parametersOf(callableMethods.get(method)?.params ?? expect.fail()));
    expect(parameters.map(({ name }) => name).filter((name) => parameterTexts[name] === undefined)).toEqual([]);
  });
});

function parseResultSchema(method: string): unknown {
  const commandLine = parseCommandLine(['call', method, '--schema']);
  return (JSON.parse(commandLine.kind === 'text' ? commandLine.text : '{}') as { result?: unknown }).result;
}

test('resultText() does not say that something was done where nothing was to be changed', () => {
  const verb = verbs.find(({ name }) => name === 'remove-app') ?? expect.fail();
  expect(resultText(verb, { path: '/m', changed: true }, false).text).toBe('Done: /m\n');
  expect(resultText(verb, { path: '/m', changed: false }, false).text).toBe('Nothing to change: /m\n');
});

test('the command of each verb is one of the module, and no two verbs have the same', () => {
  const commands = verbs.flatMap(({ command }) => command ?? []);
  expect(new Set(commands).size).toBe(commands.length);
  for (const command of commands) {
    const [name = '', parameter] = command.split(' -');
    const text = readFileSync(join(sources, '..', '..', 'module', 'Public', `${name}.ps1`), 'utf8');
    if (parameter !== undefined) { expect(text).toContain(`] $${parameter}`); }
  }
});

test('inShellWords() leaves no command of the module in the hints of errors', () => {
  for (const { hint } of knownCodes()) { expect(inShellWords(hint).replace('Resolve-DismTsError', '')).not.toMatch(/\b[A-Z][a-z]+-DismTs/); }
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.includes('commandLine'));
  const named = new Set(files.flatMap((file) => readFileSync(join(sources, file), 'utf8').match(/\b[A-Z][a-z]+-DismTs[A-Za-z]+/g) ?? []));
  expect(named.size).toBeGreaterThan(15);
  // A comparison with the in-box module is made in PowerShell only.
  named.delete('Test-DismTsConformance');
  for (const name of named) {
    const [, verb] = /^dismts ([a-z-]+)$/.exec(inShellWords(name)) ?? expect.fail(`${name} is ${inShellWords(name)}`);
    expect(verbs.map((one) => one.name)).toContain(verb);
  }
  expect(inShellWords('Give an index; Get-DismTsImage -ImagePath lists them, or mount with -ReadOnly.')).toBe('Give an index; dismts info lists them, or mount with --read-only.');
  expect(inShellWords('Name the images (-SourceIndex 1,2)')).toBe('Name the images (--index 1,2)');
  expect(inShellWords('Cannot read "/a -Name/Get-DismTsLog": see -LogPath')).toBe('Cannot read "/a -Name/Get-DismTsLog": see --log-path');
});

test('resultText() leaves out properties with nothing in them', () => {
  const verb = verbs.find(({ name }) => name === 'check') ?? expect.fail();
  const counts = { totalDetected: 0, totalRepaired: 0, notChecked: 0 };
  const result = { imageHealthState: 'Healthy', path: '/m', counts, findings: [], logPath: '' };
  expect(resultText(verb, result, false).text).toBe('Image health state : Healthy\nPath               : /m\n');
  expect(resultText(verb, { ...result, counts: { ...counts, notChecked: 2 } }, false).text).toContain('Counts             : not checked 2\n');
});

test('resultText() gives advice in the words of the command line', () => {
  const verb = verbs.find(({ name }) => name === 'error') ?? expect.fail();
  expect(resultText(verb, { hint: 'Dismount it; Get-DismTsImage -Mounted shows it.' }, false).text).toBe('Hint : Dismount it; dismts mounts shows it.\n');
  const split = verbs.find(({ name }) => name === 'export') ?? expect.fail();
  expect(resultText(split, { imagePath: '/a', warnings: ['"/x -Index" boots none: Set-DismTsImage -BootIndex chooses one'] }, false).notes)
    .toEqual(['warning: "/x -Index" boots none: dismts set-image --boot-index chooses one']);
});
