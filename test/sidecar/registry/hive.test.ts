/** Reading hives: what libhivex reads, our reader reads, and the other way round; damage is reported and never loops. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { Hive, type HiveKey } from '../../../sidecar/src/registry/hive.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';
import { flatten, flattenByHivexml } from '../../helpers/store/flattenHive.ts';
import { KeyBuilder, sealBaseBlock, writeHive, type ListKind } from '../../helpers/store/hiveWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const lastWritten = 133_000_000_000_000_000n;

/** A hive with all kinds of values and names; split data of three parts, one full and one of a byte. */
function sampleRoot(): KeyBuilder {
  const root = new KeyBuilder();
  root.string('', 'default é <&"').string('ünï', 'x').expandString('Expand', '%windir%\\x').dword('Number', 0x80000001)
    .strings('Many', ['a', 'b c']).binary('Bytes', 'abcdefg').binary('Empty', '').qword('Long', 0x1_0000_0002n)
    .set('Odd', 0x1234, Buffer.from('zz')).string('日本', 'y')
    .binary('Split', Buffer.from(Array.from({ length: 2 * 16344 + 1 }, (_, index) => index % 251)))
    .binary('Unsplit', Buffer.alloc(16344, 3));
  root.key('First\\Second\\Third').string('Deep', 'value');
  root.key('日本\\Ünder').dword('n', 1);
  for (let index = 0; index < 1234; index++) {
    root.key('Many').subkey(`Key ${index}`).dword('index', index);
  }
  return root;
}

/** Reads all that there is. */
function walk(key: HiveKey): number {
  const bytes = key.values().reduce((sum, value) => sum + value.data.length, 0);
  return key.subkeys().reduce((sum, subkey) => sum + walk(subkey), bytes);
}

function failure(hive: Buffer): DismError {
  try {
    walk(Hive.parse(hive, 'C:\\SYSTEM').root);
  } catch (error) {
    if (error instanceof DismError) { return error; }
    throw error;
  }
  throw new Error('the hive was read without an error');
}

/** Offset in the file of the cell content of a key in a hive whose key names are unique. */
function keyCell(hive: Buffer, name: string): number {
  return hive.indexOf('nk', hive.indexOf(Buffer.from(name, 'latin1')) - 76);
}

describe('Hive', () => {
  it.each<ListKind>(['lh', 'lf', 'li'])('reads what hivexml reads, from a hive with %s lists', (listKind) => {
    const file = join(tempFolder(), 'hive');
    writeFileSync(file, writeHive(sampleRoot(), { listKind, lastWritten }));
    const hive = Hive.parse(readFileSync(file), file);
    const keys = flatten(hive.root);
    expect(keys.filter((key) => typeof key === 'string')).toHaveLength(1 + 3 + 2 + 1 + 1234);
    expect(keys).toEqual(flattenByHivexml(file));
    expect(hive.root.lastWritten).toBe(lastWritten);
    expect(hive.isDirty).toBe(false);
  });

  it('reads what hivexsh wrote into a hive', () => {
    const file = join(tempFolder(), 'hive');
    writeFileSync(file, writeHive(sampleRoot()));
    const script = ['cd \\First\\Second', 'add New', 'cd New', 'setval 3', 'A', 'string:hallo', 'B', 'hex:3:01,02,03,04,05', '@', 'dword:7',
      'cd \\Many', 'del', 'cd \\', 'add Last', 'commit'];
    execFileSync('hivexsh', ['-w', file], { input: `${script.join('\n')}\n` });
    const hive = Hive.parse(readFileSync(file), file);
    expect(hive.isDirty).toBe(false);
    expect(flatten(hive.root)).toEqual(flattenByHivexml(file));
    const added = hive.key('first\\SECOND\\new');
    expect(added?.value('a')?.asString()).toBe('hallo');
    expect(added?.value('b')?.data).toEqual(Buffer.from([1, 2, 3, 4, 5]));
    expect(added?.value('')?.asNumber()).toBe(7);
    expect(hive.key('Many')).toBeUndefined();
    expect(hive.root.subkeys().map((key) => key.name)).toEqual(['First', 'Last', '日本']);
    expect([...hive.root.eachSubkey()].map((key) => key.name)).toEqual(['First', 'Last', '日本']);
    // It leaves free cells behind, which are as good as those in use.
    hive.check();
  });

  it('finds damage where nothing was read', () => {
    const intact = writeHive(sampleRoot());
    Hive.parse(intact, 'hive').check();
    const damaged = Buffer.from(intact);
    const key = damaged.indexOf('Key 777') - 76 - 4;
    for (const size of [0, -4, -12, 0x7ffffff8, -0x80000000, -damaged.length]) {
      damaged.writeInt32LE(size, key);
      expect(() => { Hive.parse(damaged, 'hive').check(); }).toThrow(`0x${key.toString(16)}`);
    }
  });

  it('gives values by name and type', () => {
    const { root } = Hive.parse(writeHive(sampleRoot()), 'hive');
    expect(root.value('NUMBER')?.asNumber()).toBe(0x80000001);
    expect(root.value('number')?.asString()).toBeUndefined();
    expect(root.value('many')?.asStrings()).toEqual(['a', 'b c']);
    expect(root.value('many')?.asString()).toBeUndefined();
    expect(root.value('Expand')?.asString()).toBe('%windir%\\x');
    expect(root.value('Long')?.asNumber()).toBeUndefined();
    expect(root.value('Empty')?.data).toHaveLength(0);
    expect(root.value('no such')).toBeUndefined();
    expect(root.value('Split')?.data.at(-1)).toBe((2 * 16344) % 251);
    expect(root.key('')).toBe(root);
    expect(root.key('many\\KEY 1233')?.value('index')?.asNumber()).toBe(1233);
  });

  it('says when a hive is dirty, and reads it', () => {
    const hive = Hive.parse(writeHive(sampleRoot(), { dirty: true }), 'hive');
    expect(hive.isDirty).toBe(true);
    expect(hive.key('Many')?.subkeys()).toHaveLength(1234);
  });

  it('reads a hive of 28,000 keys at once', () => {
    const root = new KeyBuilder();
    const components = root.key('DerivedData\\Components');
    for (let index = 0; index < 28_000; index++) {
      components.subkey(`amd64_microsoft-windows-something-or-other_31bf3856ad364e35_10.0.26100.${index}_none_0123456789abcdef`)
        .binary('S256H', Buffer.alloc(32, index)).dword('CF', 1).binary('c!x', '').binary('identity', Buffer.alloc(180, 65));
    }
    const data = writeHive(root);
    const start = cpuTimeMs();
    expect(walk(Hive.parse(data, 'COMPONENTS').root)).toBe(28_000 * (32 + 4 + 180));
    // About 0.3 s on a machine with nothing else to do; what takes the square of the keys takes minutes.
    expect(cpuTimeMs() - start).toBeLessThan(10_000);
  });
});

describe('Hive.parse()', () => {
  const intact = (() => {
    const root = new KeyBuilder();
    root.key('Alpha\\Beta').string('Text', 'some longer text');
    root.key('Gamma');
    root.binary('Split', Buffer.alloc(20_000, 1));
    return writeHive(root);
  })();

  function damage(change: (hive: Buffer) => void): Buffer {
    const hive = Buffer.from(intact);
    change(hive);
    return sealBaseBlock(hive);
  }

  it('reads the hive that the damaged ones are made of', () => {
    expect(walk(Hive.parse(intact, 'hive').root)).toBe(20_034);
  });

  const base = 4096;
  const cases: Readonly<Record<string, [hive: Buffer, offset: number]>> = {
    'an empty file': [Buffer.alloc(0), 0],
    'another file': [damage((hive) => { hive.write('MSWIM', 0); }), 0],
    'a wrong checksum': [(() => { const hive = Buffer.from(intact); hive.writeUInt8(9, 48); return hive; })(), 508],
    'an unknown format': [damage((hive) => { hive.writeUInt32LE(2, 20); }), 20],
    'a file that is cut off': [intact.subarray(0, intact.length - 4096), 40],
    'a base block alone': [intact.subarray(0, base), 40],
    'no bin where the first one is': [damage((hive) => { hive.write('nope', base); }), base],
    'a bin of no size': [damage((hive) => { hive.writeUInt32LE(0, base + 8); }), base],
    'a bin that is too large': [damage((hive) => { hive.writeUInt32LE(0x7ffff000, base + 8); }), base],
    'a root outside': [damage((hive) => { hive.writeUInt32LE(0x7ffffff8, 36); }), 0x7ffffff8 + base],
    'a root that is no key': [damage((hive) => { hive.write('xx', base + 0x24); }), base + 0x20],
    'a free cell in use': [damage((hive) => { hive.writeInt32LE(80, base + 0x20); }), base + 0x20],
    'a cell beyond its bin': [damage((hive) => { hive.writeInt32LE(-4096, base + 0x20); }), base + 0x20],
  };
  it.each(Object.entries(cases))('refuses %s, and says where', (_, [hive, offset]) => {
    const error = failure(hive);
    expect(error.hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
    expect(error.target).toBe('C:\\SYSTEM');
    expect(error.message).toContain(`at offset 0x${offset.toString(16)} `);
  });

  it('refuses a key that lies below itself', () => {
    const error = failure(damage((hive) => {
      // Beta lists its grandparent, the root.
      const list = hive.indexOf('lh', keyCell(hive, 'Gamma')) - 4 - base;
      const beta = keyCell(hive, 'Beta');
      hive.writeUInt32LE(2, beta + 20);
      hive.writeUInt32LE(list, beta + 28);
    }));
    expect(error.message).toContain('belongs to another parent');
  });

  it('refuses the root as a key below another', () => {
    const error = failure(damage((hive) => {
      const list = hive.indexOf('lh', keyCell(hive, 'Gamma'));
      hive.writeUInt32LE(hive.readUInt32LE(36), list + 4);
      hive.writeUInt32LE(hive.readUInt32LE(36), base + 0x24 + 16);
    }));
    expect(error.message).toContain('belongs to another parent');
  });

  it('refuses a list that repeats a key', () => {
    const error = failure(damage((hive) => {
      const list = hive.indexOf('lh', keyCell(hive, 'Gamma'));
      hive.writeUInt32LE(hive.readUInt32LE(list + 4), list + 12);
    }));
    expect(error.message).toContain('repeats a key');
  });

  it('refuses counts that the hive has no room for', () => {
    const count = (offset: number) => failure(damage((hive) => { hive.writeUInt32LE(0xfffffff0, keyCell(hive, 'Alpha') + offset); })).message;
    expect(count(20)).toContain('cannot have 4294967280 keys');
    expect(count(36)).toContain('cannot have 4294967280 values');
  });

  it('refuses keys that are nested too deep', () => {
    const root = new KeyBuilder();
    root.key(Array.from({ length: 513 }, () => 'x').join('\\'));
    expect(failure(writeHive(root)).message).toContain('nested deeper than 512');
    const allowed = new KeyBuilder();
    allowed.key(Array.from({ length: 512 }, () => 'x').join('\\'));
    expect(walk(Hive.parse(writeHive(allowed), 'hive').root)).toBe(0);
  });
});

describe('damaged hives', () => {
  /** The same numbers in each run (mulberry32). */
  function randomNumbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ state >>> 15, state | 1);
      mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
      return ((mixed ^ mixed >>> 14) >>> 0) % below;
    };
  }

  it('are read or refused in little time, whatever is changed in them', () => {
    const root = new KeyBuilder();
    for (let index = 0; index < 40; index++) { root.key(`A\\B${index % 4}`).subkey(`Key ${index}`).string('Text', 'x'.repeat(index)); }
    root.binary('Split', Buffer.alloc(20_000, 1)).strings('Many', ['a', 'b']);
    for (let index = 0; index < 600; index++) { root.key('Long').subkey(`${index}`); }
    const intact = writeHive(root);
    // What the reader believes at most: cells with structures, not the text and the data.
    const structures = [...intact.toString('latin1').matchAll(/nk|vk|lh|ri|db|hbin|regf/g)].map((match) => match.index);
    const random = randomNumbers(20260101);
    const notable = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x20, 0x1000, intact.length - 4096];
    const outcomes = { read: 0, refused: 0 };
    const start = cpuTimeMs();
    for (let round = 0; round < 4000; round++) {
      const hive = Buffer.from(intact);
      for (let change = random(4); change >= 0; change--) {
        const near = (structures[random(structures.length)] ?? 0) - 4 + random(84);
        const offset = Math.min(Math.max(round % 3 === 0 ? random(hive.length) : near, 0), hive.length - 4);
        switch (random(4)) {
          case 0: hive.writeUInt8(hive.readUInt8(offset) ^ 1 << random(8), offset); break;
          case 1: hive.writeUInt32LE(notable[random(notable.length)] ?? 0, offset); break;
          case 2: hive.writeUInt32LE(((structures[random(structures.length)] ?? 4) - 4 - 4096) >>> 0, offset); break;
          default: hive.copy(hive, offset, random(hive.length), random(hive.length)); break;
        }
      }
      if (random(8) !== 0) { sealBaseBlock(hive); }
      try {
        const parsed = Hive.parse(hive.subarray(0, random(20) === 0 ? random(hive.length) : hive.length), 'hive');
        walk(parsed.root);
        parsed.check();
        outcomes.read++;
      } catch (error) {
        expect(error).toBeInstanceOf(DismError);
        expect((error as DismError).hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(200);
    expect(outcomes.refused).toBeGreaterThan(1000);
    expect(cpuTimeMs() - start).toBeLessThan(45_000);
  });
});
