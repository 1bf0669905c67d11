/** Packages' files, with features and capabilities. */
import { describe, expect, it } from 'vitest';
import { packageName } from '../../../sidecar/src/componentStore/identity.ts';
import { parseMum } from '../../../sidecar/src/componentStore/mum.ts';

const identity = (name: string, language = 'neutral'): string =>
  `<assemblyIdentity name="${name}" version="10.0.99999.1" processorArchitecture="amd64" language="${language}" publicKeyToken="31bf3856ad364e35" />`;

const mum = Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" description="Things &amp; more" displayName="Fabrikam" company="Fabrikam Inc."
  supportInformation="https://example.com" creationTimeStamp="2026-01-02T03:04:05Z" copyright="">
  ${identity('Fabrikam-Package', 'de-DE')}
  <package identifier="Fabrikam" releaseType="Feature Pack" restart="possible" permanence="removable" psfName="x.psf">
    <parent integrate="delegate" disposition="detect">${identity('Fabrikam-Foundation')}${identity('Fabrikam-Other')}</parent>
    <customInformation><customProperty name="Kind" value="fine" /></customInformation>
    <update name="Thing" displayName="The thing" description="All of it" restart="required">
      <selectable disposition="staged"><detectNone default="false" /></selectable>
      <parent integrate="standalone">${identity('Fabrikam-Foundation')}</parent>
      <package integrate="hidden">${identity('Fabrikam-Thing-Package')}</package>
      <component>${identity('Fabrikam-Thing-Deployment')}</component>
      <driver inf="x.inf">${identity('x.inf')}</driver>
    </update>
    <update name="hidden"><component>${identity('Fabrikam-Hidden-Deployment')}</component></update>
    <declareCapability>
      <capability group="Things"><capabilityIdentity name="Fabrikam.Thing" version="1.0" language="neutral" /></capability>
      <capability><capabilityIdentity name="Fabrikam.Speech" version="1.0" language="de-DE" /></capability>
      <dependency><capability><capabilityIdentity name="Fabrikam.Needed" /></capability></dependency>
    </declareCapability>
  </package>
</assembly>`);

describe('parseMum()', () => {
  it('reads what a package says of itself', () => {
    const read = parseMum(mum);
    expect(packageName(read.identity)).toBe('Fabrikam-Package~31bf3856ad364e35~amd64~de-DE~10.0.99999.1');
    expect(read).toMatchObject({
      displayName: 'Fabrikam', description: 'Things & more', company: 'Fabrikam Inc.', supportInformation: 'https://example.com',
      creationTimeStamp: '2026-01-02T03:04:05Z', copyright: undefined, lastUpdateTimeStamp: undefined, identifier: 'Fabrikam', releaseType: 'Feature Pack',
      restart: 'possible', permanence: 'removable', psfName: 'x.psf',
      parents: [{ integrate: 'delegate', disposition: 'detect', packages: [{ name: 'Fabrikam-Foundation' }, { name: 'Fabrikam-Other' }] }],
      customProperties: new Map([['Kind', 'fine']]),
    });
  });

  it('tells features from other updates', () => {
    const [feature, other] = parseMum(mum).updates;
    expect(feature).toMatchObject({
      name: 'Thing', displayName: 'The thing', description: 'All of it', restart: 'required', selectable: { disposition: 'staged' },
      parents: [{ integrate: 'standalone', packages: [{ name: 'Fabrikam-Foundation' }] }], packages: [{ name: 'Fabrikam-Thing-Package' }],
      components: [{ name: 'Fabrikam-Thing-Deployment' }], drivers: [{ name: 'x.inf' }],
    });
    expect(other).toMatchObject({ name: 'hidden', displayName: undefined, selectable: undefined, components: [{ name: 'Fabrikam-Hidden-Deployment' }] });
  });

  it('lists the capabilities that a package declares, not those it needs', () => {
    expect(parseMum(mum).capabilities).toEqual([
      { name: 'Fabrikam.Thing', version: '1.0', language: undefined }, { name: 'Fabrikam.Speech', version: '1.0', language: 'de-DE' },
    ]);
  });

  it('reads a package that says nothing', () => {
    expect(parseMum(Buffer.from(`<assembly>${identity('x')}</assembly>`))).toMatchObject({ updates: [], capabilities: [], parents: [], releaseType: undefined });
  });

  it.each([
    '<assembly/>', `<package>${identity('x')}</package>`, `<assembly>${identity('x')}<package><update/></package></assembly>`,
    `<assembly>${identity('x')}<package><declareCapability><capability><capabilityIdentity/></capability></declareCapability></package></assembly>`, 'no XML',
  ])('refuses %j', (text) => {
    expect(() => parseMum(Buffer.from(text))).toThrow(expect.objectContaining({ name: 'StoreFormatError' }));
  });
});
