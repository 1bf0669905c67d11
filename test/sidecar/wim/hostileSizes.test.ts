/** Inputs that are large in one respect: each is read or refused in time in proportion to its length, whatever it is. */
import { describe, expect, test } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { BlobTable } from '../../../sidecar/src/wim/blobTable.ts';
import { walk } from '../../../sidecar/src/wim/dentry.ts';
import { addImage, changeImage } from '../../../sidecar/src/wim/documentChange.ts';
import { FileErrors } from '../../../sidecar/src/fileErrors.ts';
import { sha1 } from '../../../sidecar/src/wim/hash.ts';
import { encodeDocument, imageName, parseDocument } from '../../../sidecar/src/wim/imageXml.ts';
import { findNamedStreams, parseMetadata } from '../../../sidecar/src/wim/readMetadata.ts';
import { compareTree } from '../../../sidecar/src/wim/treeChange.ts';
import { serializeMetadata } from '../../../sidecar/src/wim/writeMetadata.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';
import { rawWim, type RawNode } from '../../helpers/rawWim.ts';

const errors = new FileErrors('/a.wim');
const change = { directories: 0, files: 0, totalBytes: 0, hardLinkBytes: 0, modified: 1n };
const count = 200_000;

/** Metadata of an image with these files, without the rest of a WIM. */
function metadataOf(children: readonly RawNode[]): Buffer {
  let metadata: Buffer = Buffer.alloc(0);
  rawWim({ images: [{ root: { name: '', children } }], editMetadata: (bytes) => { metadata = bytes; } });
  return metadata;
}

/** Runs a step that may take so much processor time. */
function within<T>(ms: number, step: () => T): T {
  const before = cpuTimeMs();
  try {
    return step();
  } finally {
    expect(cpuTimeMs() - before).toBeLessThan(ms);
  }
}

describe('XML data', () => {
  test('of 200 kB of spaces within an empty image element', () => {
    const text = `<WIM><IMAGE INDEX="1"${' '.repeat(count)}/></WIM>`;
    const document = within(2000, () => parseDocument(encodeDocument(text), errors));
    for (const next of [within(2000, () => changeImage(document, 1, change, 1, errors)), within(2000, () => addImage(document, 1, change, 1, errors))]) {
      expect(parseDocument(encodeDocument(next), errors).images[0]?.children.map(({ name }) => name)).toEqual(
        next.includes('INDEX="2"') ? [] : ['LASTMODIFICATIONTIME']);
    }
  });

  test.for([
    '<', '<a', '<a>', '<a ', '<a b', '<a b=', '<a b="', '<a b="1" ', '</a>', '<!--', '<![CDATA[', '<?', '&', '&amp;', '&#', ' ', '<IMAGE INDEX="1">', '<IMAGE INDEX="1"/>', '/>', '"', '\'',
  ])('that repeats %j', (piece) => {
    for (const text of [piece.repeat(count), `<WIM>${piece.repeat(count)}</WIM>`, `<WIM><IMAGE INDEX="1"><NAME>${piece.repeat(count)}</NAME></IMAGE></WIM>`]) {
      within(4000, () => {
        try {
          parseDocument(encodeDocument(text), errors);
        } catch (error) {
          expect(error).toBeInstanceOf(DismError);
        }
      });
    }
  });

  test('with more elements than any file has is refused, and one with many names is changed', () => {
    expect(() => parseDocument(encodeDocument(`<WIM>${'<a/>'.repeat(600_000)}</WIM>`), errors)).toThrow(/too many elements/);
    const images = Array.from({ length: 20_000 }, (_, at) => `<IMAGE INDEX="${at + 1}"><NAME>${at === 0 ? 'a' : `a (${at + 1})`}</NAME></IMAGE>`);
    const document = parseDocument(encodeDocument(`<WIM>${images.join('')}</WIM>`), errors);
    const next = within(4000, () => addImage(document, 1, change, 1, errors));
    expect(imageName(parseDocument(encodeDocument(next), errors).images[20_000] ?? document.root)).toBe('a (20001)');
  });
});

describe('metadata', () => {
  const cases: Readonly<Record<string, () => RawNode[]>> = {
    'one name 200,000 times': () => Array.from({ length: count }, () => ({ name: 'same' })),
    '".." 200,000 times': () => Array.from({ length: count }, () => ({ name: '..' })),
    '200,000 files of one link id that differ': () => Array.from({ length: count }, (_, at) => ({ name: `f${at}`, linkGroup: 5n, attributes: at << 13 })),
    '200,000 names of one file': () => Array.from({ length: count }, (_, at) => ({ name: `f${at}`, linkGroup: 5n })),
    '200,000 folders in a row': () => {
      let node: RawNode = { name: 'd', children: [] };
      for (let depth = 1; depth < count; depth++) { node = { name: 'd', children: [node] }; }
      return [node];
    },
  };
  test.for(Object.keys(cases))('of %s', (name) => {
    const metadata = metadataOf(cases[name]?.() ?? []);
    within(15_000, () => {
      findNamedStreams(metadata);
      const tree = parseMetadata(metadata);
      let entries = 0;
      walk(tree.root, () => { entries++; });
      expect(entries).toBe(count + 1);
      // One moved entry puts its directory in order.
      [...tree.root.children?.values() ?? []].at(-1)?.markMoved();
      tree.root.hidden?.at(-1)?.markMoved();
      compareTree(tree, () => 1);
      expect(parseMetadata(serializeMetadata(tree)).entries).toHaveLength(count + 1);
    });
  });
});

test('a blob table takes 200,000 new blobs, and finds those of as many solid resources', () => {
  const hash = (at: number): string => sha1(Buffer.from(String(at)));
  const resource = { sizeInWim: 1, uncompressedSize: 1, flags: 0, offset: 208 };
  const metadata = { resource: { ...resource, flags: 2 }, referenceCount: 1, hash: hash(-1) };
  const empty = new BlobTable(Buffer.alloc(0), errors);
  // Solid: an entry for the resource, which says "4 GiB", one for its blob, and one that is not solid, which ends the run.
  const blobs = Array.from({ length: count }, (_, at) => ({
    resource: at % 3 === 2 ? resource : { ...resource, flags: 0x10, uncompressedSize: at % 3 === 0 ? 2 ** 32 : 0 }, referenceCount: 1, hash: hash(at),
  }));
  within(8000, () => {
    const table = new BlobTable(empty.changed(undefined, metadata, new Map(), blobs), errors);
    expect(table.imageHashes()).toEqual([hash(-1)]);
    for (let at = 1; at < count; at += 3) { expect(table.solidPlace(hash(at))?.resources).toHaveLength(1); }
  });
});
