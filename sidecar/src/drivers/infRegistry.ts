/** AddReg sections of an INF file: what they write below one key. */
import { ValueType } from '../registry/values.ts';
import type { InfFile } from './infFile.ts';
import { InfError } from './infError.ts';
import { directives } from './infInstall.ts';

/** A value to be written, or a key to be made. */
export interface InfRegistryEntry {
  /** `HKR`, `HKLM` and the like, in upper case. */
  readonly root: string;
  /** Below the root; may be empty. */
  readonly key: string;
  /** Empty: the default value; undefined: only the key. */
  readonly name: string | undefined;
  readonly type: number;
  readonly data: Buffer;
  /** What is there already stays. */
  readonly isKept: boolean;
}

/** FLG_ADDREG_* */
const Flag = { NoClobber: 0x2, DeleteValue: 0x4, Append: 0x8, KeyOnly: 0x10, OverwriteOnly: 0x20, DeleteRegistry: 0x8000 } as const;
/** What the registry can hold; keys in INF files are not nested deeply. */
const [maxDepth, maxKeyName, maxValueName] = [32, 255, 16383];
const typeMask = 0xffff0001;
const types: ReadonlyMap<number, number> = new Map([
  [0x00000000, ValueType.String], [0x00010000, ValueType.MultiString], [0x00020000, ValueType.ExpandString], [0x00000001, ValueType.Binary],
  [0x00010001, ValueType.Dword], [0x000b0001, ValueType.Qword], [0x00020001, ValueType.None],
]);

/** The entries of the AddReg directives of a section. Lines that remove something, or add to what is there, are left to Windows. */
export function registryEntries(inf: InfFile, section: string): InfRegistryEntry[] {
  return directives(inf, section, 'AddReg').flat().flatMap((list) => inf.lines(list).flatMap((line) => {
    const [root = '', key = '', name = '', flagText = '', ...values] = line.fields.map((field) => inf.text(field));
    const flags = flagText.trim() === '' ? 0 : Number(flagText);
    if (line.key !== undefined || !Number.isInteger(flags) || flags < 0 || flags > 0xffffffff) { return []; }
    if ((flags & (Flag.DeleteValue | Flag.Append | Flag.OverwriteOnly | Flag.DeleteRegistry)) !== 0) { return []; }
    const type = types.get((flags & typeMask) >>> 0);
    if (type === undefined) { return []; }
    if (key.split('\\').length > maxDepth || key.split('\\').some((part) => part.length > maxKeyName) || name.length > maxValueName || `${key}${name}`.includes('\0')) {
      throw new InfError(`line ${line.number} names a key or value of the registry that cannot be`);
    }
    const isKeyOnly = (flags & Flag.KeyOnly) !== 0 || (name === '' && values.length === 0 && line.fields.length < 3);
    return [{
      root: root.trim().toUpperCase(), key: key.replace(/^\\+|\\+$/g, ''), name: isKeyOnly ? undefined : name, type, data: encode(type, values),
      isKept: (flags & Flag.NoClobber) !== 0,
    }];
  }));
}

function encode(type: number, values: readonly string[]): Buffer {
  switch (type) {
    case ValueType.MultiString: return Buffer.from(`${values.filter((text) => text !== '').map((text) => `${text}\0`).join('')}\0`, 'utf16le');
    case ValueType.Dword: return number(values, 4);
    case ValueType.Qword: return number(values, 8);
    case ValueType.Binary: case ValueType.None: return bytes(values);
    // A text with commas that nobody quoted is one text.
    default: return Buffer.from(`${values.join(',')}\0`, 'utf16le');
  }
}

/** One number, or its bytes. */
function number(values: readonly string[], size: 4 | 8): Buffer {
  if (values.length === size) { return bytes(values); }
  const data = Buffer.alloc(8);
  const text = values[0]?.trim() ?? '';
  if (/^-?(?:0x[0-9a-f]+|\d+)$/i.test(text)) { data.writeBigUInt64LE(BigInt.asUintN(64, text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text))); }
  return data.subarray(0, size);
}

function bytes(values: readonly string[]): Buffer {
  return Buffer.from(values.map((text) => Number.parseInt(text.trim(), 16)).filter((byte) => byte >= 0 && byte <= 0xff));
}
