/** Says what a file is that is no WIM, as far as its bytes tell: mostly the ISO image around it, or what a download left behind. */

/** What a file is. */
export interface KnownFormat {
  /** With its article, such as `an ISO image`. */
  readonly name: string;
  /** What to do instead. */
  readonly hint: string;
}

/** Where a file system of an optical disc names itself, and how. */
const [discNamePosition, discNames] = [0x8001, ['CD001', 'BEA01']] as const;

const unpack = 'Unpack it first, and give the .wim or .esd file in it.';
const convert = 'Convert it first: qemu-img convert -O vhdx FILE NEW.vhdx';

/** Texts that files begin with, byte for byte, and what such files are. */
const beginnings: readonly (readonly [text: string, position: number, format: KnownFormat])[] = [
  ['MSCF', 0, { name: 'a cabinet file', hint: 'A package of updates goes into an image with Add-DismTsPackage.' }],
  ['PK\x03\x04', 0, { name: 'a ZIP archive', hint: unpack }],
  ['7z\xbc\xaf\x27\x1c', 0, { name: 'a 7-Zip archive', hint: unpack }],
  ['Rar!', 0, { name: 'a RAR archive', hint: unpack }],
  ['SignedImage ', 4, { name: 'an FFU image', hint: 'Only dism.exe of Windows applies and mounts these.' }],
  ['QFI\xfb', 0, { name: 'a QCOW2 disk', hint: convert }],
  ['KDMV', 0, { name: 'a VMDK disk', hint: convert }],
  ['# Disk DescriptorFile', 0, { name: 'the description of a VMDK disk', hint: convert }],
  ['<<< Oracle', 0, { name: 'a VDI disk', hint: convert }],
  ['version https://git-lfs', 0, { name: 'a pointer of Git LFS', hint: 'Fetch the file itself: git lfs pull' }],
];

/**
 * The format of a file that is no WIM; undefined where nothing is known.
 * @param first The bytes that it begins with.
 * @param readAt Reads some bytes, or fewer at the end of the file.
 */
export async function knownFormat(first: Buffer, readAt: (position: number) => Promise<Buffer>): Promise<KnownFormat | undefined> {
  const found = beginnings.find(([text, position]) => first.toString('latin1', position, position + text.length) === text);
  if (found !== undefined) { return found[2]; }
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)/i.test(first.toString('latin1'))) {
    return { name: 'a web page', hint: 'Its download failed: the server sent a page in place of the file. Open it to see why.' };
  }
  const disc = await readAt(discNamePosition);
  if ((discNames as readonly string[]).includes(disc.toString('latin1', 0, 5))) {
    return { name: 'an ISO image', hint: 'Mount the ISO image (on Linux: mount -o loop), and give install.wim or install.esd of its folder sources.' };
  }
  return first.length > 0 && first.every((byte) => byte === 0)
    ? { name: 'a file that begins with zeros', hint: 'It was not written to its end: look at its download or copy.' } : undefined;
}
