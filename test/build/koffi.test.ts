/** The addon without koffi's own JavaScript is the same API. */
import { expect, test } from 'vitest';
import { loadKoffi } from '../../sidecar/src/nativeAddon/koffi.ts';

test('loadKoffi() gives all that the package gives, but what is deprecated', async () => {
  const names = Object.keys(await import('koffi')).filter((name) => !['default', 'introspect', 'resolve'].includes(name));
  expect(Object.keys(loadKoffi())).toEqual(expect.arrayContaining(names));
});

test('loadKoffi() gives the same object each time, and it calls C', () => {
  const koffi = loadKoffi();
  expect(loadKoffi()).toBe(koffi);
  expect(koffi.load(null).func('int getpid(void)')()).toBe(process.pid);
});
