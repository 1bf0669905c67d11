/** What the bytes of registry values and their halves of times mean. */

/** Types of values that DismTs reads. */
export const ValueType = {
  None: 0,
  String: 1,
  ExpandString: 2,
  Binary: 3,
  Dword: 4,
  MultiString: 7,
  Qword: 11,
} as const;

/** UTF-16 text up to its first NUL, which programs write or leave out as they like. */
export function readText(data: Buffer): string {
  const text = data.toString('utf16le', 0, data.length - data.length % 2);
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** UTF-16 texts, each ended by a NUL, and the list by an empty one. */
export function readTexts(data: Buffer): string[] {
  const texts = data.toString('utf16le', 0, data.length - data.length % 2).split('\0');
  const end = texts.indexOf('');
  return end === -1 ? texts : texts.slice(0, end);
}
