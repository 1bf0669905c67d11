/** Manifests of components, as Windows spells them and as nobody should. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../sidecar/src/componentStore/manifest.ts';

const identity = '<assemblyIdentity name="Fabrikam-Thing" version="10.0.99999.1" processorArchitecture="amd64" language="neutral" buildType="release" '
  + 'publicKeyToken="31bf3856ad364e35" versionScope="nonSxS" />';
const hash = (algorithm: string, value: string, transform = 'Identity'): string => '<asmv2:hash xmlns:asmv2="urn:schemas-microsoft-com:asm.v2">'
  + `<dsig:Transforms xmlns:dsig="x"><dsig:Transform Algorithm="urn:schemas-microsoft-com:HashTransforms.${transform}" /></dsig:Transforms>`
  + `<dsig:DigestMethod xmlns:dsig="x" Algorithm="http://www.w3.org/2000/09/xmldsig#${algorithm}" />`
  + `<dsig:DigestValue xmlns:dsig="x">${value}</dsig:DigestValue></asmv2:hash>`;
const document = (content: string): Buffer => Buffer.from('<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n'
  + `<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">\r\n  ${content}\r\n</assembly>`);
const sha256 = createHash('sha256').update('a').digest();
const sha1 = createHash('sha1').update('a').digest();

describe('parseManifest()', () => {
  it('reads identity, places, links and digests', () => {
    const manifest = parseManifest(document(`${identity}
      <dependency><dependentAssembly><assemblyIdentity name="Other" version="1.0.0.0" /></dependentAssembly></dependency>
      <file name="thing.dll" destinationPath="$(runtime.system32)\\" sourceName="" sourcePath=".\\" importPath="$(build.nttree)\\">
        <link destination="$(runtime.programFiles)\\Fabrikam\\thing.dll" />${hash('sha256', sha256.toString('base64'))}</file>
      <file name="b.txt" destinationPath="$(runtime.windows)\\sub\\" destinationName="c.txt" sourceName="raw.txt" sourcePath="data\\de\\" writeableType="static">
        ${hash('sha1', sha1.toString('base64'))}</file>
      <file name="old.dll" hash="${sha1.toString('hex').toUpperCase()}" hashalg="SHA1" />
      <file name="none.txt" />
      <file name="other.txt">${hash('sha256', sha256.toString('base64'), 'ManifestInvariant')}</file>
      <file name="new.txt">${hash('sha512', 'AAAA')}</file>`));
    expect(manifest.identity).toEqual({
      name: 'Fabrikam-Thing', version: '10.0.99999.1', processorArchitecture: 'amd64', culture: 'neutral', publicKeyToken: '31bf3856ad364e35', versionScope: 'nonSxS',
    });
    expect(manifest.files).toEqual([
      {
        name: 'thing.dll', storePath: 'thing.dll', destinations: ['$(runtime.system32)/thing.dll', '$(runtime.programFiles)/Fabrikam/thing.dll'],
        digest: { algorithm: 'sha256', hex: sha256.toString('hex') }, writeable: false,
      },
      {
        name: 'b.txt', storePath: 'data/de/raw.txt', destinations: ['$(runtime.windows)/sub/c.txt'],
        digest: { algorithm: 'sha1', hex: sha1.toString('hex') }, writeable: true,
      },
      { name: 'old.dll', storePath: 'old.dll', destinations: [], digest: { algorithm: 'sha1', hex: sha1.toString('hex') }, writeable: false },
      ...['none.txt', 'other.txt', 'new.txt'].map((name) => ({ name, storePath: name, destinations: [], digest: undefined, writeable: false })),
    ]);
  });

  it('reads a component without files', () => {
    expect(parseManifest(document(identity)).files).toEqual([]);
  });

  it.each(['..\\', '.. \\', 'a\\..\\', '/../', 'C:\\', '...\\'])('refuses to look for a file in "%s", and follows no destination there', (path) => {
    expect(() => parseManifest(document(`${identity}<file name="x" sourcePath="${path}" />`))).toThrow(expect.objectContaining({ name: 'StoreFormatError' }));
    const { files } = parseManifest(document(`${identity}<file name="x" destinationPath="${path}"><link destination="${path}x"/><link destination="a\\x"/></file>`));
    expect(files[0]?.destinations).toEqual(['a/x']);
  });

  it.each([
    ['no XML', Buffer.from('MZ')],
    ['another document', Buffer.from(`<other>${identity}</other>`)],
    ['no identity', document('')],
    ['an identity without a version', document('<assemblyIdentity name="x" />')],
    ['a file without a name', document(`${identity}<file sourceName="x" />`)],
    ['a digest that is too short', document(`${identity}<file name="x">${hash('sha256', 'AAAA')}</file>`)],
    ['a digest that is missing', document(`${identity}<file name="x">${hash('sha1', '')}</file>`)],
  ])('refuses %s', (_, data) => {
    expect(() => parseManifest(data)).toThrow(expect.objectContaining({ name: 'StoreFormatError' }));
  });
});
