/** The table of verbs fits the protocol. */
import { describe, expect, test } from 'vitest';
import { callableMethods } from '../../../sidecar/src/commandLine/callable.ts';
import { parametersOf } from '../../../sidecar/src/commandLine/parameters.ts';
import { parameterTexts } from '../../../sidecar/src/commandLine/parameterTexts.ts';
import { parseCommandLine } from '../../../sidecar/src/commandLine/parse.ts';
import { inShellWords } from '../../../sidecar/src/commandLine/shellWords.ts';
import { verbs } from '../../../sidecar/src/commandLine/verbs.ts';
import { knownCodes } from '../../../sidecar/src/hresult.ts';

describe('verbs', () => {
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
    expect(parseCommandLine(example.split(' '))).toMatchObject({ kind: 'run' });
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

test('inShellWords() leaves no command of the module in the hints of errors', () => {
  for (const { hint } of knownCodes()) { expect(inShellWords(hint).replace('Resolve-DismTsError', '')).not.toMatch(/\b[A-Z][a-z]+-DismTs/); }
  expect(inShellWords('Give an index; Get-DismTsImage -ImagePath lists them, or mount with -ReadOnly.')).toBe('Give an index; dismts info lists them, or mount with --read-only.');
});
