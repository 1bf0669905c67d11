/** Files of the component store in every form they are stored in. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expand, storedForm } from '../../../sidecar/src/componentStore/compressed.ts';
import { encodeDcs, writeDcs } from '../../helpers/store/dcs.ts';
import { encodeDcm, encodeDcn } from '../../helpers/store/pa30Encoder.ts';

const limits = { maxBytes: 1024 * 1024 };
const base = Buffer.from('<assembly><assemblyIdentity name="" version="" processorArchitecture="amd64"/><file name=""/></assembly>'.repeat(20));
const manifest = Buffer.from('<assembly><assemblyIdentity name="Fabrikam-Thing" version="1.0.0.0" processorArchitecture="amd64"/></assembly>');
const damaged: unknown = expect.objectContaining({ name: 'StoreFormatError' });
const unsupported: unknown = expect.objectContaining({ name: 'UnsupportedFormatError' });

/** Two blocks that compress, and one between that does not. */
const mixed = Buffer.concat([Buffer.alloc(4096, 'text '), randomBytes(4096), Buffer.alloc(1000, 'more ')]);

describe('expand()', () => {
  it('leaves plain bytes as they are, whatever their length', async () => {
    for (const data of [manifest, Buffer.alloc(0), Buffer.from('DC'), Buffer.from('DCM\x02')]) {
      expect(await expand(data, [], { maxBytes: 1 })).toEqual([{ form: 'plain', data }]);
    }
  });

  it('expands a manifest with each base, and leaves the choice to the caller', async () => {
    const other = Buffer.from(base);
    other.write('Assembly', 1);
    const candidates = await expand(encodeDcm(manifest, base), [other, base], limits);
    expect(candidates.map(({ form }) => form)).toEqual(['DCM', 'DCM']);
    expect(candidates.map(({ data }) => data.equals(manifest))).toEqual([false, true]);
  });

  it('passes over a base that does not fit at all, and throws where none does', async () => {
    const stored = encodeDcm(manifest, base);
    expect(await expand(stored, [Buffer.alloc(3), base], limits)).toEqual([{ form: 'DCM', data: manifest }]);
    await expect(expand(stored, [Buffer.alloc(3)], limits)).rejects.toEqual(damaged);
  });

  it('cannot tell anything about a manifest without a base', async () => {
    await expect(expand(encodeDcm(manifest, base), [], limits)).rejects.toEqual(unsupported);
  });

  it('expands a delta against nothing', async () => {
    expect(await expand(encodeDcn(mixed, { codes: 'explicit' }), [], limits)).toEqual([{ form: 'DCN', data: mixed }]);
  });

  it('expands LZMS blocks, among them one that is stored', async () => {
    const stored = await encodeDcs(mixed, 4096);
    expect(stored.length).toBeLessThan(mixed.length - 4000);
    expect(await expand(stored, [], limits)).toEqual([{ form: 'DCS', data: mixed }]);
    expect(await expand(writeDcs([]), [], limits)).toEqual([{ form: 'DCS', data: Buffer.alloc(0) }]);
  });

  it('passes over the header of a plain file', async () => {
    expect(await expand(Buffer.concat([Buffer.from('DCH\x01'), Buffer.alloc(8), manifest]), [], limits)).toEqual([{ form: 'DCH', data: manifest }]);
    await expect(expand(Buffer.from('DCH\x01'), [], limits)).rejects.toEqual(damaged);
  });

  it.each(['DCD', 'DCX'])('says that it cannot expand %s', async (magic) => {
    expect(storedForm(Buffer.from(`${magic}\x01`))).toBe(magic);
    await expect(expand(Buffer.from(`${magic}\x01 and more`), [base], limits)).rejects.toEqual(unsupported);
  });

  const block = { packed: manifest, plainBytes: manifest.length };
  it.each<[string, Buffer]>([
    ['a header that is cut off', writeDcs([]).subarray(0, 11)],
    ['more than the limit', writeDcs([block], limits.maxBytes + 1)],
    ['fewer bytes than told', writeDcs([block], manifest.length + 1)],
    ['more bytes than told', writeDcs([block, block], manifest.length)],
    ['a block that is cut off', writeDcs([block]).subarray(0, -1)],
    ['a block that is missing', writeDcs([block, block]).subarray(0, 12 + 8 + manifest.length)],
    ['bytes behind the blocks', Buffer.concat([writeDcs([block]), Buffer.alloc(1)])],
    ['a block without bytes', writeDcs([{ packed: Buffer.alloc(0), plainBytes: 0 }])],
    ['a block that grows', writeDcs([{ packed: manifest, plainBytes: 3 }])],
    ['a block that is no LZMS', writeDcs([{ packed: manifest, plainBytes: manifest.length + 1 }])],
    ['a block too short for its own header', Buffer.concat([writeDcs([block]).subarray(0, 12), Buffer.alloc(4), writeDcs([block]).subarray(16)])],
    ['a delta beyond the limit', encodeDcn(Buffer.alloc(limits.maxBytes + 1))],
  ])('refuses %s', async (_, data) => {
    await expect(expand(data, [], limits)).rejects.toEqual(damaged);
  });
});
