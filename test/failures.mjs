/**
 * What failed in a suite, in one line each. The test command repeats it at its end: of a long log often only the tail is kept.
 */
import { relative } from 'node:path';

/** A message may hold whole files. */
const longestMessage = 400;
/** Where everything fails, the first ones say why. */
const mostLines = 100;

/**
 * @param {{ failures?: { path: string, name: string, message: string }[] }} report what a suite wrote
 * @param {string} root what paths of files are relative to
 * @returns {string[]}
 */
export function failureLines({ failures = [] }, root) {
  const lines = failures.map(({ path, name, message }) => failureLine([path.startsWith(root) ? relative(root, path) : path, name], message));
  return lines.length > mostLines ? [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more`] : lines;
}

/**
 * One failure in one line: the names of where it is, and what it says.
 * @param {string[]} names
 * @param {string} message
 */
export function failureLine(names, message) {
  return `Failed: ${names.filter((name) => name !== '').join(' > ')}: ${firstLine(message)}`;
}

/**
 * The first line of a message that says something.
 * @param {string} message
 */
export function firstLine(message) {
  // Without the colours of a terminal.
  const plain = message.replace(/\u001b\[[0-9;]*m/g, '');
  const first = plain.split('\n').map((line) => line.trim()).find((line) => line !== '') ?? 'no message';
  return first.length > longestMessage ? `${first.slice(0, longestMessage)}...` : first;
}
