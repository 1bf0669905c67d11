/** Wildcards: what they match, and that what is none matches no more than itself, as names that match are removed. */
import { describe, expect, test } from 'vitest';
import { wildcardMatcher } from '../../sidecar/src/wildcard.ts';

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
