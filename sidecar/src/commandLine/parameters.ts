/** The parameters of a request as a command line sees them: read from its zod schema. */
import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { absolutePathSchema, notAbsolute, sourcesSchema } from '@dismts/protocol';
import { nearest } from './nearest.ts';
import { optionNames, parameterTexts } from './parameterTexts.ts';

/** What a parameter takes. */
export type ParameterKind = 'path' | 'text' | 'number' | 'switch' | 'choice' | 'source' | 'indexes' | 'json';

/** One parameter. */
export interface Parameter {
  /** In the request. */
  readonly name: string;
  /** As an option, without `--`. */
  readonly option: string;
  readonly kind: ParameterKind;
  /** Any number of them. */
  readonly many: boolean;
  readonly required: boolean;
  /** What it may be, where that is one of some words. */
  readonly choices: readonly string[];
  /** What it is, a phrase. */
  readonly text: string;
}

/** A command line that cannot be what its user meant: one sentence without a full stop. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What goes without saying on a command line: where progress goes. */
const hidden: readonly string[] = ['workDoneToken'];

/** The parameters that a request takes, in the order of its declaration, those of every request last. */
export function parametersOf(schema: z.ZodType): readonly Parameter[] {
  if (!(schema instanceof z.ZodObject)) { return []; }
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const own = Object.keys(shape).filter((name) => !isCommon(name));
  return [...own, ...Object.keys(shape).filter(isCommon)].filter((name) => !hidden.includes(name))
    .map((name) => describe(name, shape[name] as z.ZodType, own));
}

/** True for what every request takes. */
export function isCommon(name: string): boolean {
  return ['logPath', 'logLevel', 'scratchDirectory', 'validateOnly', 'workDoneToken', 'windowsDirectory', 'systemDrive'].includes(name);
}

function describe(name: string, schema: z.ZodType, siblings: readonly string[]): Parameter {
  const required = !schema.safeParse(undefined).success;
  let inner = unwrap(schema);
  const many = inner instanceof z.ZodArray;
  // By identity: what the protocol calls a path is one.
  const isSource = inner === sourcesSchema;
  if (inner instanceof z.ZodArray) { inner = unwrap(inner.element as z.ZodType); }
  const short = optionNames[name];
  return {
    name, many, required,
    option: short !== undefined && !siblings.includes(short) ? short : kebab(name),
    text: parameterTexts[name] ?? kebab(name).replaceAll('-', ' '),
    ...isSource ? { kind: 'source', choices: [] } : kindOf(inner, required || (schema instanceof z.ZodDefault && schema.def.defaultValue === true)),
  };
}

/** Also one that asks for more, such as a certain ending. */
function isPath(schema: z.ZodType): boolean {
  return schema === absolutePathSchema || (schema instanceof z.ZodString && schema.safeParse('relative').error?.issues.some(({ message }) => message === notAbsolute) === true);
}

/** @param mustSay A switch would not do: it can only be given or not. */
function kindOf(schema: z.ZodType, mustSay: boolean): Pick<Parameter, 'kind' | 'choices'> {
  if (isPath(schema)) { return { kind: 'path', choices: [] }; }
  if (schema instanceof z.ZodUnion && schema.safeParse('*').success && schema.safeParse([1]).success) { return { kind: 'indexes', choices: [] }; }
  if (schema instanceof z.ZodString) { return { kind: 'text', choices: [] }; }
  if (schema instanceof z.ZodNumber) { return { kind: 'number', choices: [] }; }
  if (schema instanceof z.ZodEnum) { return { kind: 'choice', choices: schema.options.map(String) }; }
  if (schema instanceof z.ZodBoolean) { return mustSay ? { kind: 'choice', choices: ['true', 'false'] } : { kind: 'switch', choices: [] }; }
  if (schema instanceof z.ZodLiteral && schema.value === true) { return { kind: 'switch', choices: [] }; }
  return { kind: 'json', choices: [] };
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) { inner = inner.unwrap() as z.ZodType; }
  return inner;
}

/** `imageIndex` as `image-index`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Reads one word of a command line.
 * @param called How the user knows the parameter, such as `--index`.
 * @throws UsageError
 */
export function readWord({ name, kind, choices }: Parameter, word: string, called: string): unknown {
  switch (kind) {
    case 'path': return absolute(word, called);
    case 'source': return absoluteSource(word, called);
    case 'number': return readNumber(name, word) ?? refuse(`${called} takes a number, not "${word}"`);
    case 'choice': {
      const choice = choices.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
      if (choice === undefined) { return refuse(`${called} takes ${choices.join(', ')}, not "${word}"${nearest(word, choices)}`); }
      return choice === 'true' || choice === 'false' ? choice === 'true' : choice;
    }
    case 'indexes':
      if (word === '*') { return word; }
      return /^\[?\d+(?: *, *\d+)*\]?$/.test(word) ? word.replace(/[[\]]/g, '').split(',').map(Number) : refuse(`${called} takes a number, several such as 1,3, or * for all, not "${word}"`);
    case 'json':
      try {
        return JSON.parse(word);
      } catch {
        return refuse(`${called} takes JSON, not "${word}"`);
      }
    default: return word;
  }
}

function refuse(reason: string): never {
  throw new UsageError(reason);
}

/** A number, also in hexadecimal, and a code as logs print it; undefined where it is none. */
function readNumber(name: string, word: string): number | undefined {
  if (name === 'code' && /^[0-9a-f]{8}$/i.test(word)) { return Number.parseInt(word, 16); }
  const [, sign, digits = ''] = /^([+-]?)(0x[0-9a-f]+|\d+)$/i.exec(word) ?? [];
  return digits === '' ? undefined : (sign === '-' ? -1 : 1) * Number(digits);
}

function absolute(word: string, called: string): string {
  if (word === '') { return refuse(`${called} takes a path, and it is empty`); }
  return resolve(word);
}

/** A folder, or `WIM:path:index` and the like. */
function absoluteSource(word: string, called: string): string {
  const [, kind, path, index] = /^([A-Za-z]{2,5}):(.+):(\d+)$/.exec(word) ?? [];
  return kind === undefined || path === undefined || index === undefined ? absolute(word, called) : `${kind.toUpperCase()}:${resolve(path)}:${index}`;
}

/** Parameters in JSON as people write them: paths may be relative, and a text may stand for a number. What is wrong is left to the schema. */
export function normalise(schema: z.ZodType, params: unknown): unknown {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) { return params; }
  const known = new Map(parametersOf(schema).map((parameter) => [parameter.name, parameter]));
  const one = (parameter: Parameter, value: unknown): unknown => {
    if (typeof value !== 'string' || value === '') { return value; }
    if (parameter.kind === 'path' && !isAbsolute(value)) { return resolve(value); }
    if (parameter.kind === 'source') { return absoluteSource(value, parameter.name); }
    return parameter.kind === 'number' ? readNumber(parameter.name, value) ?? value : value;
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]: [string, unknown]) => {
    const parameter = known.get(name);
    if (parameter === undefined) { return [name, value]; }
    return [name, Array.isArray(value) ? value.map((item) => one(parameter, item)) : one(parameter, value)];
  }));
}
