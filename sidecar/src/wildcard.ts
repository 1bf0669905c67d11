/** Wildcards: as PowerShell has them, and as Windows has them in names of files. */

/** One part of a pattern: what a character has to be, or any number of them. */
type Part = '*' | ((letter: string) => boolean);

/** Whether a text has any; a backtick makes the character behind it an ordinary one. */
export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text.replaceAll(/`./g, ''));
}

/** What a text without wildcards stands for. */
export function withoutEscapes(text: string): string {
  return text.replaceAll(/`(.)/g, '$1');
}

/** Tells whether names match a pattern with `*`, `?` and `[a-z]`, in any case. */
export function wildcardMatcher(pattern: string): (name: string) => boolean {
  const parts = parsePattern(pattern.toUpperCase());
  return (name) => matchParts(parts, name.toUpperCase());
}

/** Tells whether names of files match a pattern with `*` and `?`, in any case; brackets are ordinary characters there. */
export function fileNameMatcher(pattern: string): (name: string) => boolean {
  return wildcardMatcher(pattern.replaceAll(/[`[]/g, '`$&'));
}

function parsePattern(text: string): Part[] {
  const parts: Part[] = [];
  for (let index = 0; index < text.length; index++) {
    const letter = text.charAt(index);
    const close = letter === '[' ? text.indexOf(']', index + 2) : -1;
    if (letter === '*') {
      parts.push('*');
    } else if (letter === '?') {
      parts.push(() => true);
    } else if (close !== -1) {
      parts.push(oneOf(text.slice(index + 1, close)));
      index = close;
    } else {
      if (letter === '`' && index + 1 < text.length) { index++; }
      const wanted = text.charAt(index);
      parts.push((found) => found === wanted);
    }
  }
  return parts;
}

function oneOf(letters: string): (letter: string) => boolean {
  const ranges = [...letters.matchAll(/(.)-(.)|(.)/gs)].map(([, first, last, single = '']) => [first ?? single, last ?? single] as const);
  return (found) => ranges.some(([first, last]) => found >= first && found <= last);
}

/** Goes back to the last star only, so that no name takes longer than its length times that of the pattern. */
function matchParts(parts: readonly Part[], name: string): boolean {
  let [at, index] = [0, 0];
  let star: { readonly at: number; index: number } | undefined;
  while (index < name.length) {
    const part = parts[at];
    if (part === '*') {
      star = { at, index };
      at++;
    } else if (part?.(name.charAt(index)) === true) {
      at++;
      index++;
    } else if (star !== undefined) {
      star.index++;
      [at, index] = [star.at + 1, star.index];
    } else {
      return false;
    }
  }
  return parts.slice(at).every((part) => part === '*');
}
