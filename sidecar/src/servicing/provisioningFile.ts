/** AppxProvisioning.xml: the list of packages that every new user gets, changed in place. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { childOf, childrenOf, readXml, type XmlElement } from '../xml.ts';

export const provisioningFile = 'ProgramData/Microsoft/Windows/AppxProvisioning.xml';
export const maxProvisioningBytes = 16 * 1024 * 1024;

interface Encoding {
  readonly decode: (data: Buffer) => string;
  readonly encode: (text: string) => Buffer;
}

const utf8: Encoding = { decode: (data) => data.toString('utf8'), encode: (text) => Buffer.from(text, 'utf8') };
const utf16: Encoding = { decode: (data) => data.toString('utf16le'), encode: (text) => Buffer.from(text, 'utf16le') };

/** One entry of the list. */
export interface ProvisionedEntry {
  readonly fullName: string;
  /** `bundle`, `resource`; empty for the rest, in lower case. */
  readonly packageType: string;
}

/** The file, read. */
export class ProvisioningList {
  readonly entries: readonly ProvisionedEntry[];
  readonly #text: string;
  readonly #encoding: Encoding;
  readonly #elements: readonly XmlElement[];

  /** @throws DismError ERROR_FILE_CORRUPT: it is no such file; the message has line and column. */
  constructor(data: Buffer) {
    this.#encoding = data.length >= 2 && data.readUInt16LE(0) === 0xfeff ? utf16 : utf8;
    this.#text = this.#encoding.decode(data);
    const malformed = (what: string, offset: number): DismError => {
      const before = this.#text.slice(0, offset).split('\n');
      return new DismError(Hresult.ERROR_FILE_CORRUPT, `Cannot read "${provisioningFile}": in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} ${what}`,
        { target: provisioningFile, hint: 'Start over from an intact copy of the image.' });
    };
    // A mark at the start is no text.
    const root = readXml(this.#text.replace(/^\ufeff/, ' '), { malformed, maxElements: 100_000 });
    if (root.name !== 'AppxProvisionList') { throw malformed(`there is "${root.name}" instead of "AppxProvisionList"`, root.offset); }
    this.#elements = childrenOf(childOf(root, 'Provisioned'), 'Package');
    this.entries = this.#elements.map(({ attributes }) => ({
      fullName: attributes.get('FullName') ?? '', packageType: (attributes.get('PackageType') ?? '').toLowerCase(),
    }));
  }

  /** The file without some entries, which are cut out with the line that they leave empty; all else stays as it is. */
  without(isRemoved: (fullName: string) => boolean): Buffer {
    let text = this.#text;
    for (const element of this.#elements.toReversed()) {
      if (!isRemoved(element.attributes.get('FullName') ?? '')) { continue; }
      const before = text.slice(0, element.offset);
      const after = text.slice(element.end);
      const blank = /\r?\n[ \t]*$/.exec(before)?.[0] ?? '';
      text = (/^[ \t]*(?:\r?\n|<)/.test(after) ? before.slice(0, before.length - blank.length) : before) + after;
    }
    return this.#encoding.encode(text);
  }
}
