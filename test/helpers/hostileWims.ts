/** WIM files that no honest tool writes: each a name, the bytes, and what is wrong with it (test/fixtures/wims/README.md). */
import { HeaderOffset, rawWim, resourceHeader, wimXml, type RawNode, type RawReparse } from './rawWim.ts';
import { pseudoRandom } from './wims.ts';

const IO_REPARSE_TAG_MOUNT_POINT = 0xA0000003;
const IO_REPARSE_TAG_SYMLINK = 0xA000000C;

const file = (name: string, text = `content of ${JSON.stringify(name)}`, more: Partial<RawNode> = {}): RawNode =>
  ({ name, data: Buffer.from(text), ...more });
const folder = (name: string, children: readonly RawNode[]): RawNode => ({ name, children });
const image = (children: readonly RawNode[]) => ({ images: [{ root: folder('', children) }] });

/** REPARSE_DATA_BUFFER of a symbolic link, without the 8 bytes that a WIM leaves out. */
export function symlink(target: string, isRelative: boolean): RawReparse {
  const name = Buffer.from(target, 'utf16le');
  const header = Buffer.alloc(12);
  header.writeUInt16LE(0, 0);
  header.writeUInt16LE(name.length, 2);
  header.writeUInt16LE(name.length, 4);
  header.writeUInt16LE(name.length, 6);
  header.writeUInt32LE(isRelative ? 1 : 0, 8);
  return { tag: IO_REPARSE_TAG_SYMLINK, data: Buffer.concat([header, name, name]) };
}

/** REPARSE_DATA_BUFFER of a junction. */
export function junction(target: string): RawReparse {
  const name = Buffer.from(`${target}\0`, 'utf16le');
  const header = Buffer.alloc(8);
  header.writeUInt16LE(name.length - 2, 2);
  header.writeUInt16LE(name.length, 4);
  header.writeUInt16LE(name.length - 2, 6);
  return { tag: IO_REPARSE_TAG_MOUNT_POINT, data: Buffer.concat([header, name, name]) };
}

/** A chain of folders, each in the one before. */
function chain(depth: number): RawNode {
  let node = file('bottom.txt');
  for (let level = 0; level < depth; level++) { node = folder('d', [node]); }
  return node;
}

/** Two names for one list of children on every level: 2 to the power of `depth` files out of a few kilobytes. */
function doubling(depth: number): RawNode[] {
  let children: RawNode[] = [file('bottom.txt')];
  for (let level = 0; level < depth; level++) {
    const first = folder('a', children);
    children = [first, { name: 'b', sharesChildrenOf: first }];
  }
  return children;
}

function cyclic(): RawNode[] {
  const loop: { -readonly [K in keyof RawNode]: RawNode[K] } = { name: 'loop', attributes: 0x10 };
  const outer = folder('outer', [file('in outer.txt'), loop]);
  loop.sharesChildrenOf = outer;
  return [outer];
}

const ordinary = image([file('a.txt', 'alpha'), folder('folder', [file('b.txt', 'beta')])]);

/** Files with names or links that try to lead out of the folder they are mounted or extracted in. Those open. */
export const hostileContents = {
  dotDot: () => rawWim(image([folder('..', [file('escaped.txt')]), folder('.', [file('dot.txt')]), folder('in', [folder('..', [file('x')])]), file('good.txt')])),
  separators: () => rawWim(image([file('a/b'), file('/etc/passwd'), file('..\\..\\c'), file('good.txt')])),
  embeddedNul: () => rawWim(image([file('good.txt'), file('a\0b')])),
  absoluteSymlinks: () => rawWim(image([
    { name: 'drive', reparse: symlink('\\??\\C:\\Windows\\System32', false), attributes: 0x10 },
    { name: 'root', reparse: symlink('\\etc\\passwd', true) },
    { name: 'up', reparse: symlink('..\\..\\..\\..\\..\\..\\etc\\passwd', true) },
    { name: 'junction', reparse: junction('\\??\\C:\\Users'), attributes: 0x10 },
    { name: 'device', reparse: symlink('\\??\\UNC\\server\\share', false) },
    { name: 'damaged', reparse: { tag: IO_REPARSE_TAG_SYMLINK, data: Buffer.from('short') } },
    file('good.txt'),
  ])),
  caseTwins: () => rawWim(image([
    file('File.txt', 'mixed'), file('FILE.TXT', 'upper'), file('file.txt', 'lower'),
    folder('Folder', [file('a', 'in Folder')]), folder('FOLDER', [file('b', 'in FOLDER')]),
  ])),
  reservedNames: () => rawWim(image([
    'CON', 'nul.txt', 'COM1', 'trailing dot.', 'trailing space ', 'colon:stream', 'question?', 'star*', 'tab\t', 'newline\n',
    'lone \ud800 surrogate', '-rf', '$(reboot)', '`id`', '"quoted"', 'x'.repeat(255),
  ].map((name) => file(name)))),
  duplicateNames: () => rawWim(image([file('same.txt', 'first'), file('same.txt', 'second'), file('good.txt')])),
  longName: () => rawWim(image([file('n'.repeat(30_000)), file('good.txt')])),
  largeStream: () => rawWim(image([
    file('good.txt', 'good', { streams: [{ name: 'small', data: Buffer.alloc(3500, 's') }] }),
    file('large.txt', 'large', { streams: [{ name: 'small', data: Buffer.from('s') }, { name: 'large', data: pseudoRandom(3501, 5) }] }),
  ])),
  badSecurity: () => rawWim({ images: [{
    root: folder('', [file('outside.txt', 'o', { securityId: 77 }), file('garbage.txt', 'g', { securityId: 0 })]),
    securityDescriptors: [Buffer.from('this is no security descriptor')],
  }] }),
  deep: () => rawWim(image([chain(16_000), file('good.txt')])),
  badBootIndex: () => rawWim({ ...ordinary, bootIndex: 9 }),
  badHash: () => {
    const bytes = rawWim(ordinary);
    bytes.write('ALPHA', bytes.indexOf('alpha'));
    return bytes;
  },
} as const satisfies Record<string, () => Buffer>;

/** Files whose image cannot be read; the file itself opens. */
export const hostileMetadata = {
  cyclic: () => rawWim(image(cyclic())),
  tooDeep: () => rawWim(image([chain(20_000)])),
  badMetadataHash: () => rawWim({ ...ordinary, editEntry: (entry, kind) => { if (kind === 'metadata') { entry.fill(0xee, 30, 50); } } }),
  rootIsFile: () => rawWim({ images: [{ root: { name: '', attributes: 0x80, data: Buffer.from('a file') } }] }),
  securityTooLong: () => rawWim({ ...ordinary, editMetadata: (metadata) => { metadata.writeUInt32LE(0x7fffffff, 0); } }),
  dentryTooLong: () => rawWim({ ...ordinary, editMetadata: (metadata) => { metadata.writeBigUInt64LE(0x7fffffffffffn, 8); } }),
  childrenOutside: () => rawWim({ ...ordinary, editMetadata: (metadata) => { metadata.writeBigUInt64LE(0xffffffffn, 8 + 0x10); } }),
} as const satisfies Record<string, () => Buffer>;

/** Reading this image costs memory without end: 2 to the 40th files. Only for what must notice it before it reads. */
export const doublingWim = (depth = 40) => rawWim(image(doubling(depth)));

const resourceAt = (offset: number, header: Buffer) => (target: Buffer) => { header.copy(target, offset); };

/** Files that must not open, with the symbol of the error. */
export const hostileFiles = {
  empty: ['ERROR_BAD_FORMAT', () => Buffer.alloc(0)],
  text: ['ERROR_BAD_FORMAT', () => Buffer.from('This is a text file\n')],
  garbage: ['ERROR_BAD_FORMAT', () => pseudoRandom(100_000, 7)],
  zeroes: ['ERROR_BAD_FORMAT', () => Buffer.alloc(100_000)],
  magicOnly: ['WIM_E_INVALID_CONTAINER', () => Buffer.from('MSWIM\0\0\0')],
  magicAndGarbage: ['ERROR_BAD_FORMAT', () => Buffer.concat([Buffer.from('MSWIM\0\0\0'), pseudoRandom(100_000, 8)])],
  pipableMagicOnly: ['WIM_E_INVALID_CONTAINER', () => Buffer.from('WLPWM\0\0\0')],
  headerCut: ['WIM_E_INVALID_CONTAINER', () => rawWim(ordinary).subarray(0, 207)],
  headerOnly: ['WIM_E_INVALID_CONTAINER', () => rawWim(ordinary).subarray(0, 208)],
  truncated: ['WIM_E_INVALID_CONTAINER', () => { const bytes = rawWim(ordinary); return bytes.subarray(0, bytes.length - 1); }],
  halved: ['WIM_E_INVALID_CONTAINER', () => { const bytes = rawWim(ordinary); return bytes.subarray(0, bytes.length / 2); }],
  versionOfVista: ['ERROR_BAD_FORMAT', () => rawWim({ ...ordinary, version: 0x10b00 })],
  versionUnknown: ['ERROR_BAD_FORMAT', () => rawWim({ ...ordinary, version: 0xffffffff })],
  headerSize: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => { header.writeUInt32LE(9999, HeaderOffset.headerBytes); } })],
  compressionType: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => { header.writeUInt32LE(2, HeaderOffset.flags); } })],
  chunkSize: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => {
    header.writeUInt32LE(0x40002, HeaderOffset.flags);
    header.writeUInt32LE(12345, HeaderOffset.chunkBytes);
  } })],
  partNumber: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => { header.writeUInt16LE(5, HeaderOffset.partNumber); } })],
  imageCount: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, imageCount: 2 })],
  imageCountHuge: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, imageCount: 0x7fffffff })],
  writtenHalf: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => { header.fill(0, HeaderOffset.lookupTable, HeaderOffset.bootMetadata); } })],
  xmlMissing: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, xml: '' })],
  xmlBroken: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, xml: '<WIM><IMAGE INDEX="1"><NAME>a</IMAGE></WIM>' })],
  xmlGarbage: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, xml: pseudoRandom(5000, 9) })],
  xmlOtherRoot: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, xml: '<html/>' })],
  xmlIndexTwice: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, xml: '<WIM><IMAGE INDEX="1"/><IMAGE INDEX="1"/></WIM>' })],
  xmlHuge: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: resourceAt(HeaderOffset.xml, resourceHeader(1n << 50n, 2, 208n)) })],
  xmlHugeCompressed: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: (header) => {
    header.writeUInt32LE(0x40002, HeaderOffset.flags);
    header.writeUInt32LE(32768, HeaderOffset.chunkBytes);
    resourceHeader(20n, 6, 208n, 1n << 50n).copy(header, HeaderOffset.xml);
  } })],
  encrypted: ['ERROR_NOT_SUPPORTED', () => rawWim({ ...ordinary, xml: '<WIM><ESD><ENCRYPTED/></ESD><IMAGE INDEX="1"/></WIM>' })],
  lookupTableSizes: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editEntry: (entry) => { entry.writeBigUInt64LE(1n << 40n, 16); } })],
  lookupTableOutside: ['WIM_E_INVALID_CONTAINER', () => rawWim({ ...ordinary, editHeader: resourceAt(HeaderOffset.lookupTable, resourceHeader(1n << 40n, 2, 208n)) })],
  vhd: ['ERROR_NOT_SUPPORTED', () => { const bytes = Buffer.alloc(4096); bytes.write('conectix', 4096 - 512); return bytes; }],
  vhdx: ['ERROR_NOT_SUPPORTED', () => { const bytes = Buffer.alloc(4096); bytes.write('vhdxfile'); return bytes; }],
} as const satisfies Record<string, readonly [symbol: string, build: () => Buffer]>;

/** XML data that is well-formed and still not what an image's properties should be. Those open, but for those with a DTD. */
export const hostileXml = {
  nothing: wimXml(['']),
  hexNumbers: wimXml(['<TOTALBYTES>0x1000</TOTALBYTES><DIRCOUNT>0X0A</DIRCOUNT><FILECOUNT> 7 </FILECOUNT><WINDOWS><ARCH>0x9</ARCH></WINDOWS>']),
  garbageNumbers: wimXml(['<TOTALBYTES>-5</TOTALBYTES><DIRCOUNT>many</DIRCOUNT><FILECOUNT>99999999999999999999999</FILECOUNT>'
    + '<CREATIONTIME><HIGHPART>zz</HIGHPART><LOWPART>0x</LOWPART></CREATIONTIME>'
    + '<LASTMODIFICATIONTIME><HIGHPART>0xFFFFFFFF</HIGHPART><LOWPART>0xFFFFFFFF</LOWPART></LASTMODIFICATIONTIME>'
    + '<WINDOWS><ARCH>1e3</ARCH><VERSION><MAJOR>10.5</MAJOR><MINOR/><BUILD>0x</BUILD><SPBUILD>&#x660;</SPBUILD></VERSION></WINDOWS>']),
  nested: wimXml(['<NAME><B>bold</B></NAME><DESCRIPTION>  spaced  </DESCRIPTION><WINDOWS>text<LANGUAGES><LANGUAGE/><LANGUAGE>de-DE</LANGUAGE>'
    + '<DEFAULT>fr-FR</DEFAULT></LANGUAGES></WINDOWS>']),
  manyLanguages: wimXml([`<WINDOWS><LANGUAGES>${'<LANGUAGE>aa-AA</LANGUAGE>'.repeat(20_000)}</LANGUAGES></WINDOWS>`]),
  longName: wimXml([`<NAME>${'n'.repeat(1_000_000)}</NAME>`]),
  entities: '<!DOCTYPE WIM [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    + '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>'
    + '<WIM><IMAGE INDEX="1"><NAME>&f;&f;&f;&f;</NAME></IMAGE></WIM>',
  externalEntity: '<!DOCTYPE WIM [<!ENTITY x SYSTEM "file:///etc/passwd">]><WIM><IMAGE INDEX="1"><NAME>&x;</NAME></IMAGE></WIM>',
} as const satisfies Record<string, string>;
