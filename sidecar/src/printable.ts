/** Makes text that came from an image, a file or a process safe to print: it cannot steer a terminal, nor begin a line of its own. */

/** Control characters, separators of lines and paragraphs, what turns the direction of text round, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');
const everyUnprintableButTab = /(?!\t)[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
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
