/** How messages of the binding are worded. */
import { describeHresult } from '../../../hresult.ts';

/** A value of the caller in double quotes. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\0', '\\0')}"`;
}

/** The texts that an error message is made of. */
export interface FailureText {
  /** What could not be done, such as `Cannot mount "C:\a.wim"`. */
  readonly action: string;
  /** Signed or unsigned. */
  readonly hresult: number;
  /** What Windows says about it, in the user's language; empty where it says nothing. */
  readonly windowsText: string;
  /** Product keys: what no message may contain. */
  readonly secrets: readonly string[];
}

/** A message like `Cannot mount "C:\a.wim": the file has no image at that index (Windows says: ...)`. */
export function failureMessage({ action, hresult, windowsText, secrets }: FailureText): string {
  const entry = describeHresult(hresult);
  // A name or abbreviation keeps its capital; only texts of the table are known to begin with an ordinary word.
  const reason = entry.known ? entry.meaning.replace(/^(?!Windows|DismTs)[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase()) : entry.meaning;
  const said = oneLine(windowsText);
  const message = `${action}: ${reason}${said === '' ? '' : ` (Windows says: ${said})`}`;
  return secrets.filter((secret) => secret !== '').reduce((text, secret) => text.replaceAll(inAnyForm(secret), '*****'), message);
}

/** A pattern for a key in any case, with hyphens or spaces between its groups or without. */
function inAnyForm(secret: string): RegExp {
  return new RegExp(secret.replaceAll(/[^A-Za-z0-9-]/g, '\\$&').replaceAll('-', '[- ]?'), 'gi');
}

/** Without the line breaks that Windows ends texts with. */
function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');
}
