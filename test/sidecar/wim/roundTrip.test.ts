/** Parsing and serialising are inverse: what is read of a file and written again is what stood there. No rights are needed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlobTable } from '../../../sidecar/src/wim/blobTable.ts';
import { type Dentry, walk } from '../../../sidecar/src/wim/dentry.ts';
import { changeImage } from '../../../sidecar/src/wim/documentChange.ts';
import { changedHeader, readResourceHeader, writeResourceHeader } from '../../../sidecar/src/wim/header.ts';
import { encodeDocument, parseDocument } from '../../../sidecar/src/wim/imageXml.ts';
import { parseIntegrityTable, serializeIntegrityTable } from '../../../sidecar/src/wim/integrity.ts';
import { parseMetadata } from '../../../sidecar/src/wim/readMetadata.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { serializeMetadata } from '../../../sidecar/src/wim/writeMetadata.ts';
import { hostileContents, hostileXml } from '../../helpers/hostileWims.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, manyFilesWim, ordinaryWim, setProperties, windowsProperties } from '../../helpers/wims.ts';

/** Those without a DTD. */
const readableXml = Object.fromEntries(Object.entries(hostileXml).filter(([, xml]) => !xml.includes('<!DOCTYPE')).map(([name, xml]) => [name, () => rawWim({ xml })]));

const fixtures: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  ...Object.fromEntries(([
    { compress: 'none' }, { compress: 'XPRESS', integrity: true }, { compress: 'LZX', boot: true, integrity: true }, { compress: 'LZMS' }, { compress: 'LZMS', solid: true },
    { compress: 'LZX', pipable: true }, { unixData: true },
  ] as const).map((options) => [JSON.stringify(options), async (folder: string) => await ordinaryWim(folder, options)])),
  'several images of Windows': async (folder) => {
    const path = await ordinaryWim(folder, { name: 'First' });
    await appendImage(join(folder, 'source'), path, { name: 'Second & last', boot: true });
    await setProperties(path, 2, windowsProperties);
    return path;
  },
  'many files': async (folder) => await manyFilesWim(folder, 3000),
  ...Object.fromEntries(Object.entries({ ...hostileContents, ...readableXml })
    .map(([name, build]) => [name, async (folder: string) => {
      await writeFile(join(folder, 'raw.wim'), build());
      return join(folder, 'raw.wim');
    }])),
};

/** All that a tree says of its entries, in their order. */
function describeTree(root: Dentry): string[] {
  const entries: string[] = [];
  walk(root, ({ name, shortName, inode, parent, children, hidden }) => {
    const { attributes, securityId, linkId, creationTime, lastAccessTime, lastWriteTime, reparse, dataHash, reparseHash, named, unknown, extra } = inode;
    const all = [name, shortName.toString('hex'), parent?.name, children?.size, hidden?.length, attributes, securityId, linkId, creationTime, lastAccessTime,
      lastWriteTime, reparse, dataHash, reparseHash, named, unknown, extra.toString('hex')];
    entries.push(JSON.stringify(all, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  });
  return entries;
}

describe.for(Object.keys(fixtures))('of %s', (name) => {
  test('header, blob table, XML, integrity table and metadata are written as they were read', async () => {
    const path = await fixtures[name]?.(tempFolder()) ?? '';
    const wim = await WimFile.open(path);
    try {
      const { header, errors } = wim;
      expect(changedHeader(header, header)).toEqual(header.raw);
      const blobs = await wim.blobs();
      for (let at = 0; at + 50 <= blobs.data.length; at += 50) {
        const bytes = Buffer.alloc(24);
        writeResourceHeader(readResourceHeader(blobs.data, at), bytes, 0);
        expect(bytes.equals(blobs.data.subarray(at, at + 24))).toBe(true);
      }
      const document = await wim.document();
      const xml = await wim.resource(header.xml);
      expect(encodeDocument(document.text)).toEqual(xml.readUInt16LE(0) === 0xfeff ? xml : encodeDocument(xml.toString('utf16le')));
      expect(parseDocument(xml, errors)).toEqual(document);
      if (header.integrityTable.offset !== 0) {
        const table = await wim.resource(header.integrityTable);
        expect(serializeIntegrityTable(parseIntegrityTable(table) ?? { chunkBytes: 0, hashes: [] })).toEqual(table);
      }
      for (const [at, hash] of blobs.imageHashes().entries()) {
        const data = await wim.metadata(at + 1) ?? Buffer.alloc(0);
        const tree = parseMetadata(data);
        const written = serializeMetadata(tree);
        const again = parseMetadata(written);
        const described = describeTree(tree.root);
        expect(describeTree(again.root).join('\n')).toBe(described.join('\n'));
        expect(serializeMetadata(again).equals(written)).toBe(true);
        // Entries that are made anew say the same as the bytes they were read from.
        walk(again.root, (entry) => { if (entry.parent !== undefined) { entry.markMoved(); } });
        expect(describeTree(parseMetadata(serializeMetadata(again)).root).sort().join('\n')).toBe(described.sort().join('\n'));
        // A table in which nothing changes stays as it is.
        const resource = blobs.imageMetadata(at + 1);
        if (resource !== undefined) { expect(blobs.changed(at + 1, { resource, referenceCount: 1, hash }, new Map(), [])).toEqual(blobs.data); }
        expect(new BlobTable(blobs.data, errors).imageHashes()).toEqual(blobs.imageHashes());
      }
      expect(await readFile(path)).toHaveLength(wim.size);
    } finally {
      await wim.close();
    }
  });

  test('an image whose statistics change by nothing keeps all that its XML says', async () => {
    const path = await fixtures[name]?.(tempFolder()) ?? '';
    const wim = await WimFile.open(path);
    try {
      const document = await wim.document();
      const none = { directories: 0, files: 0, totalBytes: 0, hardLinkBytes: 0, modified: 132_000_000_000_000_000n };
      const total = document.root.children.find((child) => child.name === 'TOTALBYTES')?.text ?? '0';
      const changed = parseDocument(encodeDocument(changeImage(document, 1, none, Number(total), wim.errors)), wim.errors);
      const texts = (images: typeof document.images) => images.map((image) => image.children.filter((child) => child.name !== 'LASTMODIFICATIONTIME')
        .map((child) => [child.name, document.images === images ? document.text.slice(child.offset, child.end) : changed.text.slice(child.offset, child.end)])
        .map(([key, text]) => (/COUNT|BYTES/.test(key ?? '') ? [key, Number(/>\s*(.*?)\s*</.exec(text ?? '')?.[1])] : [key, text])));
      expect(texts(changed.images)).toEqual(texts(document.images));
    } finally {
      await wim.close();
    }
  });
});
