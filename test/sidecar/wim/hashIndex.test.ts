/** Finding records by their hashes. */
import { expect, test } from 'vitest';
import { HashIndex, viewOf } from '../../../sidecar/src/wim/hashIndex.ts';
import { pseudoRandom } from '../../helpers/wims.ts';

const recordBytes = 30;
const hashOffset = 7;

function indexOf(data: Buffer): HashIndex {
  const index = new HashIndex(data, hashOffset, data.length / recordBytes);
  for (let record = 0; record < data.length; record += recordBytes) { index.add(record); }
  return index;
}

test('each record is found, by a string and in other bytes', () => {
  const data = pseudoRandom(5000 * recordBytes, 1);
  const index = indexOf(data);
  const places = Array.from({ length: 5000 }, (_, at) => at * recordBytes);
  expect(places.map((place) => index.find(data.toString('latin1', place + hashOffset, place + hashOffset + 20)))).toEqual(places);
  const elsewhere = Buffer.concat([Buffer.alloc(3), data]);
  expect(places.map((place) => index.findAt(viewOf(elsewhere), place + hashOffset + 3))).toEqual(places);
});

test('what differs in any one byte is not found, nor what is no hash, nor anything where there is nothing', () => {
  const data = Buffer.alloc(recordBytes, 0xa5);
  const index = indexOf(data);
  const hash = data.subarray(hashOffset, hashOffset + 20);
  for (let at = 0; at < hash.length; at++) {
    const other = Buffer.from(hash);
    other[at] = 0x5a;
    expect(index.find(other.toString('latin1'))).toBeUndefined();
  }
  expect(index.find(hash.toString('latin1', 0, 19))).toBeUndefined();
  expect(indexOf(Buffer.alloc(0)).find(hash.toString('latin1'))).toBeUndefined();
});

test('of records with one hash the last is found', () => {
  expect(indexOf(Buffer.alloc(3 * recordBytes)).find('\0'.repeat(20))).toBe(2 * recordBytes);
});
