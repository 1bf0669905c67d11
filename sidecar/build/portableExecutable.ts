/** What is done to a Windows executable before and after the blob is put into it. */
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** Offsets in the headers (PE format, "Optional Header"): of the header's address, the checksum, and the certificate table's entry in PE32+. */
const peOffset = 0x3C;
const optionalHeader = 24;
const checksum = optionalHeader + 64;
const certificateEntry = optionalHeader + 112 + 4 * 8;

/** Cuts the Authenticode signature off: it no longer fits once the file is changed, and a remnant of it would confuse a later one. */
export function removeSignature(image: Buffer): Buffer {
  const pe = image.readUInt32LE(peOffset);
  if (image.readUInt32LE(pe) !== 0x4550 || image.readUInt16LE(pe + optionalHeader) !== 0x20B) {
    throw new Error('The Node.js binary is no 64-bit Windows program');
  }
  const address = image.readUInt32LE(pe + certificateEntry);
  const size = image.readUInt32LE(pe + certificateEntry + 4);
  if (address === 0) { return image; }
  // The table is the last thing in the file; anything else would be cut off with it.
  if (address + size !== image.length) { throw new Error('The signature of the Node.js binary is not at its end'); }
  const bare = Buffer.from(image.subarray(0, address));
  bare.writeBigUInt64LE(0n, pe + certificateEntry);
  bare.writeUInt32LE(0, pe + checksum);
  return bare;
}

/** Replaces Node's name and version in the file's properties. Only after the blob is in: the other way round it cannot be put in. */
export function setVersionInfo(image: Buffer, version: string, fileName: string): Uint8Array {
  const executable = NtExecutable.from(image);
  const resources = NtExecutableResource.from(executable);
  const language = { lang: 0x409, codepage: 1200 };
  const [existing] = Resource.VersionInfo.fromEntries(resources.entries);
  const info = existing ?? Resource.VersionInfo.createEmpty();
  const numbers = `${version}.0`;
  info.setFileVersion(numbers, language.lang);
  info.setProductVersion(numbers, language.lang);
  info.setStringValues(language, {
    ProductName: 'DismTs',
    FileDescription: 'DismTs image servicing',
    CompanyName: 'DismTs contributors',
    LegalCopyright: 'MIT License; contains Node.js, see its license',
    InternalName: 'dismts',
    OriginalFilename: fileName,
    FileVersion: numbers,
    ProductVersion: numbers,
  });
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}
