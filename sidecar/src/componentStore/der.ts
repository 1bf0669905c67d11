/** DER, the encoding of certificates and catalogs: items with a tag, a length and content. */

/** Tags that catalogs are made of. */
export const Tag = {
  Integer: 0x02, Octets: 0x04, ObjectId: 0x06, UtcTime: 0x17, GeneralizedTime: 0x18, Sequence: 0x30, Set: 0x31, Explicit0: 0xa0,
} as const;

/** Not the DER that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** One item. */
export interface Item {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

/** The items that fill a piece of DER. Each call reads its bytes once, and callers go down a fixed number of levels. @throws DerError */
export function items(data: Buffer): Item[] {
  const result: Item[] = [];
  for (let at = 0; at < data.length;) {
    const start = at;
    const tag = data[at] ?? 0;
    let length = data[at + 1] ?? 0x80;
    at += 2;
    if ((tag & 0x1f) === 0x1f || length === 0x80 || length > 0x84) { throw new DerError(); }
    if (length > 0x80) {
      const bytes = length - 0x80;
      if (bytes > data.length - at) { throw new DerError(); }
      length = data.readUIntBE(at, bytes);
      at += bytes;
    }
    if (length > data.length - at) { throw new DerError(); }
    result.push({ tag, content: data.subarray(at, at + length), whole: data.subarray(start, at + length) });
    at += length;
  }
  return result;
}

/** The content of an item that has to have this tag. @throws DerError */
export function expectItem(item: Item | undefined, tag: number): Buffer {
  if (item?.tag !== tag) { throw new DerError(); }
  return item.content;
}

/** Whether an item is this object identifier, given by its content in hexadecimal digits. */
export function isObjectId(item: Item | undefined, id: string): boolean {
  return item?.tag === Tag.ObjectId && item.content.toString('hex') === id;
}
