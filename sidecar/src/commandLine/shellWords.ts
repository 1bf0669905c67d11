/** Advice that names commands of the module, in the words of the command line. */
import { escapeRegExp } from '../escapeRegExp.ts';
import { kebab } from './parameters.ts';
import { optionNames } from './parameterTexts.ts';
import { verbs } from './verbs.ts';

/** Verbs by the command of the module that they stand for; a command without the parameter that tells its verbs apart stands for the first of them. */
const verbOf: ReadonlyMap<string, string> = new Map(verbs.toReversed().flatMap(({ command, name }) =>
  (command === undefined ? [] : [[command.split(' ', 1)[0] ?? '', name], [command, name]] as const)));

/** A command and the parameter of what `dismts` takes by position; the longer ones come first, since the first that fits counts. */
const command = new RegExp(`(${[...verbOf.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp).join('|')})\\b( -Path\\b)?`, 'g');

/** Name of an option by that of the parameter of a command; a list is called by its singular there. */
function optionOf(parameter: string): string {
  const name = parameter.slice(0, 1).toLowerCase() + parameter.slice(1);
  return optionNames[name] ?? optionNames[`${name}s`] ?? optionNames[`${name}es`] ?? kebab(name);
}

/** `List them with Get-DismTsImage -Mounted.` as `List them with dismts mounts.` What else is in quotation marks is a path or a name, and stays as it is. */
export function inShellWords(text: string): string {
  return text.split(/("[^"]*")/).map((part, at) => (at % 2 === 1 && !/^"[A-Z][a-z]+-DismTs/.test(part) ? part : wordsOf(part))).join('');
}

function wordsOf(text: string): string {
  return text.replace(command, (_, name: string) => `dismts ${verbOf.get(name) ?? ''}`)
    .replace(/(^|[\s(])-([A-Z][A-Za-z]+)\b/g, (_, before: string, name: string) => `${before}--${optionOf(name)}`);
}
