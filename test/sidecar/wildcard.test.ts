/** Wildcards: what they match, and that what is none matches no more than itself, as names that match are removed. */
import { describe, expect, test } from 'vitest';
import { fileNameMatcher, wildcardMatcher } from '../../sidecar/src/wildcard.ts';

describe('wildcardMatcher()', () => {
  test.for([
    ['*', '', true], ['a*c', 'ABC', true], ['a?c', 'abc', true], ['a?c', 'ac', false], ['[a-c]x', 'Bx', true], ['[a-c]x', 'dx', false],
    ['`*', '*', true], ['`*', 'a', false], ['a`*', 'ab', false], ['*a*b*c*', 'xxaxxbxxcxx', true], ['a.b', 'axb', false], ['(x).+', '(X).+', true],
    ['*\u{1F4E6}?', 'x\u{1F4E6}y', true], ['a[', 'a[', true], ['[', 'whatever', false], ['[Microsoft.*', 'Microsoft.Paint', false], ['[z-a]', 'm', false],
  ] as const)('%s and %s: %s', ([pattern, name, wanted]) => {
    expect(wildcardMatcher(pattern)(name)).toBe(wanted);
  });

  test('takes no time for a nasty name', () => {
    expect(wildcardMatcher('*a'.repeat(50))('a'.repeat(5000) + 'b')).toBe(false);
  });
});

test.for([
  ['install*.swm', 'INSTALL12.SWM', true], ['a?.swm', 'a.swm', false], ['a[1]*.swm', 'a[1]2.swm', true], ['a[1]*.swm', 'a12.swm', false], ['a`*', 'a`b', true],
] as const)('fileNameMatcher() %s and %s: %s', ([pattern, name, wanted]) => {
  expect(fileNameMatcher(pattern)(name)).toBe(wanted);
});
