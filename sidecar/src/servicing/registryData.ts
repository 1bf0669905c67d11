/** What registry values hold, between the bytes in a hive and the forms that requests and results have. */
import type { RegistryContent, RegistryType } from '@dismts/protocol';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { ValueContent } from '../registry/editableKey.ts';
import { readText, readTexts } from '../registry/values.ts';

/** REG_* numbers, in their order. */
const types: readonly RegistryType[] = [
  'None', 'String', 'ExpandString', 'Binary', 'DWord', 'DWordBigEndian', 'Link', 'MultiString', 'ResourceList', 'FullResourceDescriptor',
  'ResourceRequirementsList', 'QWord',
];

/** The form of results. A number or text whose bytes are none is given as bytes. */
export function describeContent({ type, data }: ValueContent): RegistryContent {
  const name = types[type] ?? 'Unknown';
  const content = (value: RegistryContent['value'], as: RegistryType = name): RegistryContent => ({ type: as, typeNumber: type, value });
  switch (name) {
    case 'String':
    case 'ExpandString': return content(readText(data));
    case 'MultiString': return content(readTexts(data));
    case 'DWord': return data.length === 4 ? content(String(data.readUInt32LE())) : content(data.toString('hex'), 'Unknown');
    case 'QWord': return data.length === 8 ? content(String(data.readBigUInt64LE())) : content(data.toString('hex'), 'Unknown');
    default: return content(data.toString('hex'));
  }
}

/**
 * The bytes of what a request gives.
 * @throws DismError E_INVALIDARG: the value does not fit the type.
 */
export function encodeContent(type: RegistryType, value: string | readonly string[], name: string): ValueContent {
  const typeNumber = types.indexOf(type);
  const refuse = (reason: string): DismError => new DismError(Hresult.E_INVALIDARG, `Cannot set the registry value "${name}" as ${type}: ${reason}`, { target: name });
  if (typeNumber === -1) { throw refuse('there is no such type to write'); }
  if (type === 'MultiString') {
    const texts = typeof value === 'string' ? [value] : value;
    if (texts.some((text) => text === '' || text.includes('\0'))) { throw refuse('its texts cannot be empty, for an empty one ends the list'); }
    return { type: typeNumber, data: Buffer.from(`${texts.map((text) => `${text}\0`).join('')}\0`, 'utf16le') };
  }
  if (typeof value !== 'string') { throw refuse('it is a list'); }
  switch (type) {
    case 'String':
    case 'ExpandString': return { type: typeNumber, data: Buffer.from(`${value}\0`, 'utf16le') };
    case 'DWord': return { type: typeNumber, data: numberBytes(value, 32, refuse) };
    case 'QWord': return { type: typeNumber, data: numberBytes(value, 64, refuse) };
    default: return { type: typeNumber, data: hexBytes(value, refuse) };
  }
}

function numberBytes(text: string, bits: 32 | 64, refuse: (reason: string) => DismError): Buffer {
  if (!/^\s*(?:-?\d+|0x[0-9a-f]+)\s*$/i.test(text)) { throw refuse(`"${text.slice(0, 80)}" is no whole number`); }
  const number = BigInt(text.trim());
  if (number < -(1n << BigInt(bits - 1)) || number >= 1n << BigInt(bits)) { throw refuse(`${text.slice(0, 80)} needs more than ${bits} bits`); }
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(BigInt.asUintN(bits, number));
  return data.subarray(0, bits / 8);
}

function hexBytes(text: string, refuse: (reason: string) => DismError): Buffer {
  const digits = text.replaceAll(/[\s,:-]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) { throw refuse('its bytes have to be given as pairs of hex digits'); }
  return Buffer.from(digits, 'hex');
}
