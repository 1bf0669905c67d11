/** What is wrong with a parameter, in the words of DismTs: what it must be, and what it is. Zod knows the first, and has words of its own for it. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Of a request with any number of unknown parameters so many are named. */
const namedKeys = 5;
/** A value that is longer says nothing more in a message. */
const shownLength = 100;

/** Parameters whose value appears in no error and no log: keys of products, and what goes into a registry. */
const secretNames: ReadonlySet<PropertyKey> = new Set(['productKey', 'value']);

const kinds: Readonly<Record<string, string>> = {
  string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'an object with names and values', null: 'null', undefined: 'left out',
};

/** Where a parameter stands in the request, such as `edits.0.name`, and a phrase that says what is wrong with it. */
export interface IssueText {
  readonly path: string;
  readonly message: string;
}

/** @param issue With its input, which safeParse() adds with `reportInput`. */
export function issueTexts(issue: Issue): IssueText[] {
  if (issue.code === 'invalid_union') {
    // What was meant is the form whose type fits; its own issues say more than that the other one does not.
    const fitting = issue.errors.find((issues) => !issues.some(({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')));
    if (fitting !== undefined) { return fitting.flatMap((part) => issueTexts({ ...part, path: [...issue.path, ...part.path] })); }
  }
  return [{ path: issue.path.map(String).join('.'), message: phrase(issue) }];
}

function phrase(issue: Issue): string {
  const { input } = issue;
  switch (issue.code) {
    case 'unrecognized_keys': return unknownKeys(issue.keys);
    case 'invalid_type': return input === undefined ? issue.path.length === 0 ? 'are missing' : 'is missing' : `must be ${kindOf(issue).join('')}${whatItIs(issue)}`;
    case 'invalid_value': return input === undefined ? 'is missing' : `must be ${anyOf(issue.values)}${whatItIs(issue)}`;
    case 'invalid_union': {
      if ('options' in issue && issue.discriminator !== undefined) {
        // The input is the object that has it.
        const chosen = (input as Readonly<Record<string, unknown>>)[issue.discriminator];
        return chosen === undefined ? 'is missing' : `must be ${anyOf(issue.options ?? [])}${whatItIs({ input: chosen, path: issue.path })}`;
      }
      const forms = new Set(issue.errors.flat().flatMap(kindOf));
      return input === undefined ? 'is missing' : `must be ${joined([...forms])}${whatItIs(issue)}`;
    }
    case 'too_small': return limit(issue, issue.minimum, 'at least');
    case 'too_big': return limit(issue, issue.maximum, 'at most');
    // Of a schema of ours, which says it in its own words.
    default: return `${issue.message}${whatItIs(issue)}`;
  }
}

function unknownKeys(keys: readonly string[]): string {
  const named = keys.slice(0, namedKeys).map((key) => JSON.stringify(shortened(key)));
  const more = keys.length - named.length;
  return `there is no parameter ${more === 0 ? joined(named) : `${named.join(', ')} or ${more} others`}`;
}

/** Empty for what is wrong with more than the kind of a value. */
function kindOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') { return issue.values.map((value) => JSON.stringify(value)); }
  return issue.code === 'invalid_type' ? [kinds[issue.expected] ?? issue.expected] : [];
}

function limit({ origin, input, path }: Issue & { readonly origin: string }, bound: number | bigint, how: 'at least' | 'at most'): string {
  if (origin !== 'string' && origin !== 'array') { return `must be ${how} ${bound}${whatItIs({ input, path })}`; }
  if (how === 'at least' && bound === 1) { return 'must not be empty'; }
  const length = typeof input === 'string' || Array.isArray(input) ? ` (it has ${input.length})` : '';
  return `must have ${how} ${bound} ${origin === 'string' ? 'characters' : 'entries'}${length}`;
}

/** Empty where the value is too long to say something, or a secret, or that of all parameters together. */
function whatItIs({ input, path }: Pick<Issue, 'input' | 'path'>): string {
  if (path.some((name) => secretNames.has(name))) { return ''; }
  if (input === null) { return ' (it is null)'; }
  if (Array.isArray(input)) { return ' (it is a list)'; }
  if (typeof input === 'object') { return path.length === 0 ? '' : ' (it is an object)'; }
  const text = JSON.stringify(input) as string | undefined;
  return text === undefined || text.length > shownLength ? '' : ` (it is ${text})`;
}

function anyOf(values: readonly unknown[]): string {
  return joined(values.map((value) => JSON.stringify(value)));
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function shortened(text: string): string {
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}...`;
}
