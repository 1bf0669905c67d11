/** The base manifest in program files, whole and damaged. */
import { NtExecutable, NtExecutableResource } from 'resedit';
import { describe, expect, it } from 'vitest';
import { readBaseManifest } from '../../../sidecar/src/componentStore/baseManifest.ts';
import { writePe, writeWcp } from '../../helpers/store/peWriter.ts';

const base = Buffer.from('<assembly>what manifests have in common</assembly>'.repeat(100));
const damaged: unknown = expect.objectContaining({ name: 'StoreFormatError' });

describe('readBaseManifest()', () => {
  it.each([64, 32] as const)('finds it among other resources of a %i-bit program', (bits) => {
    expect(readBaseManifest(writeWcp(base, { bits })).equals(base)).toBe(true);
  });

  it('takes it in whatever language', () => {
    expect(readBaseManifest(writePe([{ type: 614, name: 1, language: 7, data: base }])).equals(base)).toBe(true);
  });

  it('reads what another reader of such files finds in the same place', () => {
    const resources = NtExecutableResource.from(NtExecutable.from(writeWcp(base)));
    const entry = resources.entries.find(({ type, id }) => type === 614 && id === 1);
    expect(Buffer.from(entry?.bin ?? new ArrayBuffer(0)).equals(base)).toBe(true);
  });

  const whole = writeWcp(base);
  const changed = (edit: (data: Buffer) => void): Buffer => {
    const copy = Buffer.from(whole);
    edit(copy);
    return copy;
  };
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('just some text')],
    ['half a file', whole.subarray(0, 1000)],
    ['no resource of that type', writePe([{ type: 613, name: 1, language: 1033, data: base }])],
    ['no resource of that name', writePe([{ type: 614, name: 2, language: 1033, data: base }])],
    ['an empty resource', writePe([{ type: 614, name: 1, language: 1033, data: Buffer.alloc(0) }])],
    ['a header far away', changed((data) => data.writeUInt32LE(0xffff_fff0, 0x3c))],
    ['an unknown kind', changed((data) => data.writeUInt16LE(0x107, 0x98))],
    ['no table of resources', changed((data) => data.writeUInt32LE(0, 0x98 + 108 + 20))],
    ['a table of resources that is nowhere', changed((data) => data.writeUInt32LE(0x9000, 0x98 + 108 + 20))],
    ['a folder where data should be', changed((data) => {
      for (let at = 0x200; at < data.length - 4; at += 4) { if (data.readUInt32LE(at) === 1033) { data.writeUInt32LE(0x8000_0000, at + 4); } }
    })],
  ])('refuses %s', (_, data) => {
    expect(() => readBaseManifest(data)).toThrow(damaged);
  });
});
