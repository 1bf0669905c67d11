/** Names of components against names that Windows gave. */
import { describe, expect, it } from 'vitest';
import { packageName, type ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { fileValueName, hashString, identityHash, keyform } from '../../../sidecar/src/componentStore/keyHash.ts';
import { deploymentKey, deploymentValueName } from '../../helpers/store/deploymentNames.ts';

const microsoft = { publicKeyToken: '31bf3856ad364e35', versionScope: 'nonSxS' };
const servicingStack: ComponentIdentity = {
  name: 'Microsoft-Windows-ServicingStack', version: '10.0.19041.1', processorArchitecture: 'amd64', ...microsoft,
};
const commonControls: ComponentIdentity = {
  name: 'Microsoft.Windows.Common-Controls', version: '5.82.26100.8037', processorArchitecture: 'amd64',
  publicKeyToken: '6595b64144ccf1df', type: 'win32',
};

describe('hashString()', () => {
  it('gives the hash of a known name, whatever its case', () => {
    expect(hashString('proactive-telemetry-events.js').toString(16)).toBe('8ac43a41e5030538');
    expect(hashString('Proactive-Telemetry-Events.JS').toString(16)).toBe('8ac43a41e5030538');
  });
});

describe('identityHash()', () => {
  it.each<[string, ComponentIdentity, string]>([
    ['a component', servicingStack, 'bf506ecc66a800df'],
    ['an assembly with a type', commonControls, '87ebc5097a2f9e52'],
    ['a culture in the name alone', {
      name: 'Microsoft-Windows-TextToSpeech-ru-ru', version: '10.0.14393.0', processorArchitecture: 'wow64', ...microsoft,
    }, '6ad477c7d918e5dc'],
    ['a long version', {
      name: 'Microsoft-Windows-Dedup-Deployment', version: '10.0.20348.2849', processorArchitecture: 'amd64', ...microsoft,
    }, 'f8f9ef63a3376fad'],
  ])('gives the known hash of %s', (_, identity, hash) => {
    expect(identityHash(identity)).toBe(hash);
  });

  it.each<[string, ComponentIdentity, string]>([
    ['a component', servicingStack, '4a207b402ad93a1c'],
    ['an assembly with a type', commonControls, '62fe57338acfab7a'],
  ])('gives the known hash of %s without its version', (_, identity, hash) => {
    expect(identityHash(identity, { versionless: true })).toBe(hash);
  });

  it.each(['neutral', 'none', '*', 'Neutral'])('leaves the culture "%s" out, and no other', (culture) => {
    expect(identityHash({ ...servicingStack, culture })).toBe('bf506ecc66a800df');
    expect(identityHash({ ...servicingStack, culture: 'en-us' })).not.toBe('bf506ecc66a800df');
  });
});

describe('keyform()', () => {
  it('spells a component in lower case, with and without its version', () => {
    expect(keyform(servicingStack)).toBe('amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.19041.1_none_bf506ecc66a800df');
    expect(keyform(servicingStack, { versionless: true })).toBe('amd64_microsoft-windows-servicingstack_31bf3856ad364e35_none_4a207b402ad93a1c');
  });

  // Names of manifests that occur in public.
  it.each<[Partial<ComponentIdentity>, string]>([
    [{ name: 'Microsoft-Windows-Core' }, 'amd64_microsoft-windows-core_31bf3856ad364e35_10.0.26100.1_none_a943f5e781a44c5c'],
    [{ name: 'Multipoint-SrcRes.Resources', culture: 'en-US' }, 'amd64_multipoint-srcres.resources_31bf3856ad364e35_10.0.26100.1_en-us_6ab3ac0cf789ac3d'],
    [{ name: 'dual_netvg63a.inf', type: 'dualModeDriver' }, 'amd64_dual_netvg63a.inf_31bf3856ad364e35_10.0.26100.1_none_9162a10543917fc7'],
  ])('spells %o as Windows does', (attributes, expected) => {
    expect(keyform({ ...servicingStack, version: '10.0.26100.1', ...attributes })).toBe(expected);
  });

  it('shortens names over 40 and cultures over 8 characters, and drops blanks and parentheses', () => {
    const name = `${'a'.repeat(19)}bbb${'c'.repeat(19)}`;
    expect(keyform({ ...servicingStack, name })).toContain(`_${'a'.repeat(19)}..${'c'.repeat(19)}_`);
    expect(keyform({ ...servicingStack, name: 'd'.repeat(40) })).toContain(`_${'d'.repeat(40)}_`);
    expect(keyform({ ...servicingStack, name: 'Some Name (x)' })).toContain('_somenamex_');
    expect(keyform({ ...servicingStack, culture: 'ca-ES-valencia' })).toContain('_ca-..cia_');
    expect(keyform({ ...servicingStack, culture: 'zh-Hans1' })).toContain('_zh-hans1_');
  });

  it('says "none" for what is missing', () => {
    expect(keyform({ name: 'x', version: '1.0.0.0' })).toMatch(/^none_x_none_1\.0\.0\.0_none_[0-9a-f]{16}$/);
  });
});

describe('the other names', () => {
  it('are made of the same hash', () => {
    expect(deploymentKey(servicingStack)).toBe('microsoft-w..vicingstack_31bf3856ad364e35_10.0.19041.1_bf506ecc66a800df');
    expect(fileValueName('proactive-telemetry-events.js')).toBe('f!proactive-telemetry-event_8ac43a41e5030538');
    expect(fileValueName('Twenty-five-characters.dll')).toMatch(/^f!Twenty-five-characters\.dl_[0-9a-f]{16}$/);
    expect(fileValueName('twenty-five-character.dll')).toBe('f!twenty-five-character.dll');
    const text = 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1.1.1.Update';
    expect(deploymentValueName('i', 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1.1.1', 'Update'))
      .toBe(`i!CBS_${text.toLowerCase().slice(0, 60)}_${hashString(text).toString(16).padStart(16, '0')}`);
  });
});

describe('packageName()', () => {
  it('leaves a neutral culture empty', () => {
    expect(packageName({ ...servicingStack, culture: 'neutral' })).toBe('Microsoft-Windows-ServicingStack~31bf3856ad364e35~amd64~~10.0.19041.1');
    expect(packageName({ ...servicingStack, culture: 'de-DE' })).toBe('Microsoft-Windows-ServicingStack~31bf3856ad364e35~amd64~de-DE~10.0.19041.1');
  });
});
