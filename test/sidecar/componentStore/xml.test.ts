/** The reader of manifests' XML, on documents well and badly formed. */
import { describe, expect, it } from 'vitest';
import { childOf, childrenOf, parseXml } from '../../../sidecar/src/componentStore/xml.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';

describe('parseXml()', () => {
  it('reads elements, attributes and text, and passes over what tells nothing', () => {
    const root = parseXml(Buffer.from('\ufeff<?xml version="1.0"?>\r\n<!-- a <b> -->\r\n<a:top xmlns:a="urn:a" one="1" two=\'"2"\'>\r\n'
      + ' text &lt;&#65;&#x42;&amp;<![CDATA[<c>&amp;]]><!-- no --><a:child a:key="&quot;&apos;&gt;"/><child /><other></other > end</a:top>\r\n<!-- end -->'));
    expect(root.name).toBe('top');
    expect([...root.attributes]).toEqual([['xmlns:a', 'urn:a'], ['one', '1'], ['two', '"2"']]);
    expect(root.text.replace(/\s+/g, ' ')).toBe(' text <AB&<c>&amp; end');
    expect(childrenOf(root, 'child').map(({ attributes }) => attributes.get('a:key'))).toEqual(['"\'>', undefined]);
    expect(childOf(root, 'other')?.children).toEqual([]);
  });

  it('reads UTF-16 with a byte order mark', () => {
    expect(parseXml(Buffer.from('\ufeff<a b="ä"/>', 'utf16le')).attributes.get('b')).toBe('ä');
  });

  it.each([
    '', ' ', 'text', '<', '<a', '<a>', '<a></b>', '<a><b></a></b>', '</a>', '<a/><b/>', '<a/>text', '<a b/>', '<a b=c/>', '<a b="c/>', '<a b="<"/>',
    '<a b="1" b="2"/>', '<a b="1"c="2"/>', '<1/>', '<a>&nbsp;</a>', '<a>&amp</a>', '<a>&#0;</a>', '<a>&#x110000;</a>', '<a>& </a>', '<!-- <a/>', '<a><![CDATA[</a>', '<?xml',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a></a', `${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`,
  ])('refuses %j', (text) => {
    expect(() => parseXml(Buffer.from(text))).toThrow(expect.objectContaining({ name: 'StoreFormatError' }));
  });

  it('takes time in proportion to the length, whatever the text', () => {
    const started = cpuTimeMs();
    for (const piece of ['<!--', '<a ', '<a b="', '&', '&amp;', '<![CDATA[', '<a>', ' ', '<?', '<a b=\'\' ']) {
      expect(() => parseXml(Buffer.from(piece.repeat(200_000)))).toThrow();
    }
    expect(cpuTimeMs() - started).toBeLessThan(10_000);
  });
});
