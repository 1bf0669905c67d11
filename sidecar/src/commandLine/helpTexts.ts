/** What help says that is made of tables: exit codes, methods, the parameters of one, its schema. */
import type { RequestMethod } from '@dismts/protocol';
import * as z from 'zod';
import { exitCode, exitCodes, type Outcome } from '../exitCodes.ts';
import { callableMethods } from './callable.ts';
import { parametersOf, type Parameter } from './parameters.ts';

/** The exit codes of this system, a line each. */
export function exitCodeHelp(platform: NodeJS.Platform = process.platform): string {
  const rows = Object.entries(exitCodes).filter(([outcome]) => outcome !== 'restart' || platform === 'win32');
  return ['', 'Exit codes:', ...rows.map(([outcome, { meaning }]) => `  ${String(exitCode(outcome as Outcome, platform)).padEnd(6)}${meaning}`), ''].join('\n');
}

/** The methods by their noun, a line each. */
export function methodList(): string {
  const nouns = new Map<string, string[]>();
  for (const method of callableMethods.keys()) {
    const noun = method.slice(0, method.indexOf('/'));
    nouns.set(noun, [...nouns.get(noun) ?? [], method]);
  }
  return ['Methods:', ...[...nouns.values()].map((names) => `  ${names.join(', ')}`), '', 'dismts call METHOD --help has the parameters of one.'].join('\n');
}

/** The parameters of a method. */
export function methodHelp({ params }: RequestMethod): string {
  const rows = parametersOf(params).map((parameter) => [`  ${parameter.name}`, typeText(parameter), parameter.text] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(([name, type, text]) => `${name.padEnd(widths[0] ?? 0)}  ${type.padEnd(widths[1] ?? 0)}  ${text}`);
  return ['', 'Parameters:', ...lines].join('\n');
}

function typeText({ kind, choices, many, required }: Parameter): string {
  const one = kind === 'choice' ? choices.join('|') : kind === 'switch' ? 'true|false' : kind;
  return `${many ? `[${one}, ...]` : one}${required ? ', required' : ''}`;
}

/** Parameters and result of a method as JSON Schema. */
export function schemaText({ method, params, result }: RequestMethod): string {
  // What a refinement demands beyond the types has no form in JSON Schema; the request says it.
  const schema = (of: z.ZodType, io: 'input' | 'output'): unknown => z.toJSONSchema(of, { io, unrepresentable: 'any' });
  return `${JSON.stringify({ method, params: schema(params, 'input'), result: schema(result, 'output') }, undefined, 2)}\n`;
}
