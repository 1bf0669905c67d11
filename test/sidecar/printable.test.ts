/** Text from images and files cannot steer a terminal. */
import { describe, expect, it } from 'vitest';
import { printable, printableLine, printableText } from '../../sidecar/src/printable.ts';

describe('printable()', () => {
  it.each([
    ['controls', 'a\u0000b\u001b]0;title\u0007c\u007fd\u009b2J', String.raw`a\u0000b\u001b]0;title\u0007c\u007fd\u009b2J`],
    ['breaks', 'a\r\nb\tc\u2028d\u2029e', String.raw`a\u000d\u000ab\u0009c\u2028d\u2029e`],
    ['what turns text round', 'cod.\u202etxt\u2066x\u2069\u200f\u061c', String.raw`cod.\u202etxt\u2066x\u2069\u200f\u061c`],
    ['halves of characters', '\ud800x\udc00', String.raw`\ud800x\udc00`],
  ])('escapes %s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
    // What is escaped stays as it is.
    expect(printable(expected)).toBe(expected);
  });

  it('escapes the characters with these properties, and no others', () => {
    const properties = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;
    const differing: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if ((printable(character) === character) === properties.test(character)) { differing.push(code.toString(16)); }
    }
    expect(differing).toEqual([]);
  });

  it('leaves letters of all languages and signs alone', () => {
    const text = 'Grüße & 日本語 עברית العربية 👩‍💻 \u00a0—';
    expect([printable(text), printableLine(text), printableText(text)]).toEqual([text, text, text]);
  });
});

it('printableLine() keeps tabs', () => {
  expect(printableLine('a\tb\nc\u202e')).toBe('a\tb' + String.raw`\u000ac\u202e`);
});

it('printableText() makes blanks of breaks', () => {
  expect(printableText('Fixes issues\r\n\tin Windows\u001b[2J')).toBe(`Fixes issues in Windows${String.raw`\u001b[2J`}`);
});
