/** The table of what each engine can do, for module/docs/engines.md: made of the same data that `initialize` reports. */
import { engineMethods, type EngineName } from '@dismts/protocol';
import { unsupportedBy } from '../src/engine/support.ts';

/** Verbs of the methods in alphabetical order, by the noun before the slash, those in the order of the protocol. */
function verbsByNoun(): Map<string, string[]> {
  const nouns = new Map<string, string[]>();
  for (const { method } of Object.values(engineMethods)) {
    const [noun = '', verb = ''] = method.split('/');
    nouns.set(noun, [...nouns.get(noun) ?? [], verb].sort());
  }
  return nouns;
}

const listed = (verbs: readonly string[]): string => verbs.map((verb) => `\`${verb}\``).join(', ');

/** What one engine can do of a noun's verbs, and why not the others. */
function cell(engine: EngineName, noun: string, verbs: readonly string[]): string {
  const reasons: Readonly<Record<string, string>> = unsupportedBy[engine];
  const possible = verbs.filter((verb) => !Object.hasOwn(reasons, `${noun}/${verb}`));
  const missing = new Map<string, string[]>();
  for (const verb of verbs) {
    const reason = reasons[`${noun}/${verb}`];
    if (reason !== undefined) { missing.set(reason, [...missing.get(reason) ?? [], verb]); }
  }
  const excuses = [...missing].map(([reason, without]) => (possible.length === 0 && missing.size === 1 ? `no: ${reason}` : `not ${listed(without)}: ${reason}`));
  const able = possible.length === 0 ? [] : [possible.length === verbs.length ? 'yes' : listed(possible)];
  return [...able, ...excuses].join('; ');
}

/** The table, in Markdown; methods of the protocol are `noun/verb`. */
export function supportTable(): string {
  const rows = [...verbsByNoun()].map(([noun, verbs]) => `| \`${noun}/\` ${listed(verbs)} | ${cell('Native', noun, verbs)} | ${cell('Portable', noun, verbs)} |`);
  return ['| method | Native (Windows) | Portable (Linux) |', '|---|---|---|', ...rows].join('\n');
}
