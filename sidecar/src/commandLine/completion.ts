/** `dismts complete`: what may follow the words of a command line that is being typed. */
import { engineChoiceSchema } from '@dismts/protocol';
import { printable } from '../printable.ts';
import { callableMethods } from './callable.ts';
import { shells } from './completionScripts.ts';
import { parametersOf, type Parameter } from './parameters.ts';
import { findVerb, verbs, type Verb } from './verbs.ts';

/** A word, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly text: string;
}

/** Gives the folders that something is mounted at. */
export type ListMounts = () => Promise<readonly string[]>;

const commonOptions: readonly Candidate[] = [
  { word: '--engine', text: 'Auto, Native or Portable' }, { word: '--dism-path', text: 'DismApi.dll of the Native engine' }, { word: '--json', text: 'results and errors as JSON' },
  { word: '--quiet', text: 'no progress, no warnings' }, { word: '--progress', text: 'progress in lines' }, { word: '--schema', text: 'parameters and result as JSON Schema' },
  { word: '--help', text: 'help' },
];
const otherWords: readonly Candidate[] = [
  { word: 'call', text: 'Run one request of the protocol, with its parameters as JSON' }, { word: 'completion', text: 'Print the completion script of a shell' },
  { word: 'manual', text: 'Print the manual page' }, { word: 'help', text: 'Show the help of a command' },
];

/**
 * What fits, the words being those after `dismts`, the last the one that is typed, perhaps empty. Nothing: the shell shows files.
 */
export async function complete(words: readonly string[], listMounts: ListMounts): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const candidates = await candidatesFor(before, typed, listMounts);
  return candidates.filter(({ word }) => word.startsWith(typed));
}

/** The lines that a shell reads. */
export function completionLines(candidates: readonly Candidate[]): string {
  return candidates.map(({ word, text }) => `${printable(word)}\t${text}\n`).join('');
}

async function candidatesFor(before: readonly string[], typed: string, listMounts: ListMounts): Promise<readonly Candidate[]> {
  const [first, second] = before;
  if (first === undefined) {
    const options = ['--help', '--version'].map((word) => ({ word, text: '' }));
    return typed.startsWith('-') ? options : [...verbs.map(({ name, summary }) => ({ word: name, text: summary })), ...otherWords];
  }
  if (first === 'completion') { return before.length === 1 ? shells.map((word) => ({ word, text: '' })) : []; }
  if (first === 'help') { return before.length === 1 ? verbs.map(({ name, summary }) => ({ word: name, text: summary })) : []; }
  if (first === 'call') {
    if (second === undefined) { return [...callableMethods.keys()].map((word) => ({ word, text: '' })); }
    return await optionValues(before.at(-1) ?? '', [], listMounts) ?? (typed.startsWith('-') ? commonOptions : []);
  }
  const verb = findVerb(first);
  const declaration = verb === undefined ? undefined : callableMethods.get(verb.method);
  if (verb === undefined || declaration === undefined) { return []; }
  const parameters = parametersOf(declaration.params);
  const values = await optionValues(before.at(-1) ?? '', parameters, listMounts);
  if (values !== undefined) { return values; }
  if (typed.startsWith('-')) { return optionsOf(verb, parameters, before); }
  const position = positionalsSoFar(before.slice(1), parameters);
  const parameter = parameters.find(({ name }) => name === verb.positionals[position]);
  return parameter === undefined ? [] : await valuesOf(parameter, listMounts);
}

/** Options that are not there yet, or may be there again. */
function optionsOf(verb: Verb, parameters: readonly Parameter[], before: readonly string[]): readonly Candidate[] {
  const fixed = Object.values(verb.choices ?? {}).flatMap(({ params }) => Object.keys(params));
  const own = parameters.filter(({ name }) => !verb.positionals.includes(name) && !fixed.includes(name));
  return [
    ...Object.entries(verb.choices ?? {}).map(([name, { text }]) => ({ word: `--${name}`, text })),
    ...own.filter(({ option, many }) => many || !before.includes(`--${option}`)).map(({ option, text }) => ({ word: `--${option}`, text })),
    ...commonOptions.filter(({ word }) => !before.includes(word)),
  ];
}

/** What may follow an option; undefined where the word before is none that takes a value. */
async function optionValues(option: string, parameters: readonly Parameter[], listMounts: ListMounts): Promise<readonly Candidate[] | undefined> {
  if (option === '--engine') { return engineChoiceSchema.options.map((word) => ({ word, text: '' })); }
  if (option === '--dism-path') { return []; }
  const parameter = parameters.find((candidate) => `--${candidate.option}` === option && candidate.kind !== 'switch');
  return parameter === undefined ? undefined : await valuesOf(parameter, listMounts);
}

async function valuesOf({ name, kind, choices }: Parameter, listMounts: ListMounts): Promise<readonly Candidate[]> {
  if (kind === 'choice') { return choices.map((word) => ({ word, text: '' })); }
  return name === 'path' || name === 'mountPath' ? (await listMounts()).map((word) => ({ word, text: 'mounted' })) : [];
}

/** How many words stand there by position: those that are no options, and no values of options. */
function positionalsSoFar(words: readonly string[], parameters: readonly Parameter[]): number {
  const takesValue = (word: string): boolean => word === '--engine' || word === '--dism-path'
    || parameters.some(({ option, kind }) => `--${option}` === word && kind !== 'switch');
  return words.filter((word, index) => !word.startsWith('-') && !takesValue(words[index - 1] ?? '')).length;
}
