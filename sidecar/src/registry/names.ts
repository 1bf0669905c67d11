/** Names of keys and values: how Windows compares, hashes and stores them. */

/** Letters that JavaScript has an upper case for, and Windows leaves as they are. */
const keptLetters: ReadonlySet<string> = new Set(['\u00b5', '\u0131', '\u017f']);

/** The form that names are compared in: each UTF-16 unit in upper case by itself, as RtlUpcaseUnicodeString does. */
export function upperCase(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) { return name.toUpperCase(); }
  let upper = '';
  for (let index = 0; index < name.length; index++) {
    const letter = name.charAt(index);
    const changed = keptLetters.has(letter) ? letter : letter.toUpperCase();
    upper += changed.length === 1 ? changed : letter;
  }
  return upper;
}

/** What stands beside a key in an `lh` list. @param upper The name in upper case. */
export function nameHash(upper: string): number {
  let hash = 0;
  for (let index = 0; index < upper.length; index++) { hash = (Math.imul(hash, 37) + upper.charCodeAt(index)) >>> 0; }
  return hash;
}

/** What stands beside a key in an `lf` list: the first four letters, or zeros where one of them does not fit into a byte. */
export function nameHint(name: string): Buffer {
  const hint = Buffer.alloc(4);
  const start = name.slice(0, 4);
  if (isLatin1(start)) { hint.write(start, 'latin1'); }
  return hint;
}

/** A name as it is stored: a byte a letter where that is possible. */
export function encodeName(name: string): { readonly bytes: Buffer; readonly isLatin1: boolean } {
  return isLatin1(name) ? { bytes: Buffer.from(name, 'latin1'), isLatin1: true } : { bytes: Buffer.from(name, 'utf16le'), isLatin1: false };
}

function isLatin1(name: string): boolean {
  return /^[\0-\xff]*$/.test(name);
}
