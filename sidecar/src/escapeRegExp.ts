/** Makes text a part of a regular expression that matches it. RegExp.escape() needs Node.js 24. */

/** A text whose characters have no meaning in a regular expression. */
export function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
