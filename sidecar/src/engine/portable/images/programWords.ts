/** What a program said, in one line for an error: the rest of it may be pages of advice. */

const [maxLines, maxCharacters] = [2, 300];

function inOneLine(lines: readonly string[]): string {
  return lines.slice(0, maxLines).join(' ').replace(/\s+/g, ' ').slice(0, maxCharacters);
}

function linesOf(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}

/** The beginning, of a program that says what is wrong before it advises. */
export function firstWords(output: string): string {
  return inOneLine(linesOf(output));
}

/** The last lines, as they are, of a program that warns before it says what is wrong. */
export function lastLines(output: string): string {
  return linesOf(output).slice(-maxLines).join('\n');
}

/** From the first line on that a condition is true of; the beginning, where there is none. */
export function wordsFrom(output: string, isWanted: (line: string) => boolean): string {
  const lines = linesOf(output);
  return inOneLine(lines.slice(Math.max(0, lines.findIndex(isWanted))));
}
