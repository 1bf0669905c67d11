/** GUIDs as Windows stores them: 16 bytes, of which the first three fields are little-endian. */

/** The bytes of a GUID, in braces or without them. */
export function guidBytes(guid: string): Buffer {
  const [a = '', b = '', c = '', ...rest] = guid.replace(/^\{|\}$/g, '').split('-');
  const reversed = (hex: string) => Buffer.from(hex, 'hex').reverse();
  return Buffer.concat([reversed(a), reversed(b), reversed(c), Buffer.from(rest.join(''), 'hex')]);
}

/** The GUID that is stored at an offset, in its usual spelling and upper case, without braces. */
export function guidAt(buffer: Buffer, offset: number): string {
  const hex = (start: number, length: number, isLittle = false): string => {
    const bytes = Buffer.from(buffer.subarray(offset + start, offset + start + length));
    return (isLittle ? bytes.reverse() : bytes).toString('hex');
  };
  return [hex(0, 4, true), hex(4, 2, true), hex(6, 2, true), hex(8, 2), hex(10, 6)].join('-').toUpperCase();
}
