/** Makes text that came from an image, a file or a process safe to print: it cannot steer a terminal, nor begin a line of its own. */

/**
 * Control characters (Cc), halves of characters (Cs), what turns the direction of text round (Bidi_Control), separators of lines and paragraphs.
 * By their numbers: names of properties cost each start of the program some milliseconds.
 */
const characters = String.raw`[\u0000-\u001f\u007f-\u009f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]`;
const unprintable = new RegExp(characters, 'u');
const everyUnprintable = new RegExp(characters, 'gu');
const everyUnprintableButTab = new RegExp(`(?!\t)${characters}`, 'gu');
const breaks = /[\t\n\r\u2028\u2029]+/g;

function escape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** A name, with what is not printable as `\u` and four hexadecimal digits, so that different names stay different. */
export function printable(name: string): string {
  return unprintable.test(name) ? name.replace(everyUnprintable, escape) : name;
}

/** A line of a log or table: as printable(), but tabs stay, which are between its columns. */
export function printableLine(line: string): string {
  return unprintable.test(line) ? line.replace(everyUnprintableButTab, escape) : line;
}

/** Running text, such as a description: as printable(), with breaks of lines as blanks. */
export function printableText(text: string): string {
  return unprintable.test(text) ? text.replace(breaks, ' ').replace(everyUnprintable, escape) : text;
}
