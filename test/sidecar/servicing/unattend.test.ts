/** Answer files: settings and drivers are applied, everything else is refused by name before anything changes. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyUnattend as method } from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { applyUnattend } from '../../../sidecar/src/engine/portable/operations/unattend.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { readAnswerFile } from '../../../sidecar/src/servicing/answerFile.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

function makeImage(): { readonly path: string; readonly config: string } {
  const path = tempFolder();
  const config = join(path, 'Windows', 'System32', 'config');
  mkdirSync(config, { recursive: true });
  const system = new KeyBuilder();
  system.key('Select').dword('Current', 1).dword('Default', 1);
  system.key('ControlSet001\\Control\\Session Manager\\Environment').string('PROCESSOR_ARCHITECTURE', 'AMD64');
  writeFileSync(join(config, 'SYSTEM'), writeHive(system));
  writeFileSync(join(config, 'SOFTWARE'), writeHive(new KeyBuilder()));
  return { path, config };
}

const component = (name: string, content: string, architecture = 'amd64'): string =>
  `<component name="${name}" processorArchitecture="${architecture}" publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS">${content}</component>`;
const unattend = (content: string): string => `<?xml version="1.0" encoding="utf-8"?>\r\n<unattend xmlns="urn:schemas-microsoft-com:unattend">\r\n${content}\r\n</unattend>\r\n`;
const offline = (content: string): string => `<settings pass="offlineServicing">${content}</settings>`;
const lua = component('Microsoft-Windows-LUA-Settings', '<EnableLUA>false</EnableLUA>');

async function apply(path: string, text: string | Buffer, more: object = {}) {
  const unattendPath = join(tempFolder(), 'unattend.xml');
  writeFileSync(unattendPath, text);
  return await applyUnattend(method.params.parse({ path, unattendPath, ...more }), testContext(method.method));
}

async function failure(action: Promise<unknown>): Promise<DismError> {
  const error: unknown = await action.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof DismError) { return error; }
  throw error instanceof Error ? error : new Error('it did not fail');
}

const policy = (config: string): number | undefined =>
  Hive.parse(readFileSync(join(config, 'SOFTWARE')), 'SOFTWARE').key('Microsoft\\Windows\\CurrentVersion\\Policies\\System')?.value('EnableLUA')?.asNumber();

describe('unattend/apply', () => {
  it('sets what has a known place, for the architecture of the image, and says what it leaves', async () => {
    const { path, config } = makeImage();
    const text = unattend(offline(lua + component('Microsoft-Windows-TerminalServices-LocalSessionManager', '<fDenyTSConnections>false</fDenyTSConnections>')
      + component('Microsoft-Windows-Other', '<X>1</X>', 'x86')) + '<settings pass="specialize"></settings><settings pass="oobeSystem"></settings>');
    expect(await apply(path, text, { validateOnly: true })).toMatchObject({ changed: true });
    expect(policy(config)).toBeUndefined();
    const result = await apply(path, text);
    expect(result.changed).toBe(true);
    expect(result.warnings).toEqual([expect.stringContaining('Microsoft-Windows-Other for x86'), expect.stringContaining('specialize, oobeSystem')]);
    expect(policy(config)).toBe(0);
    expect(Hive.parse(readFileSync(join(config, 'SYSTEM')), 'SYSTEM').key('ControlSet001\\Control\\Terminal Server')?.value('fDenyTSConnections')?.asNumber()).toBe(0);
    expect((await apply(path, text)).changed).toBe(false);
    expect(readdirSync(join(path, 'Windows'))).toEqual(['System32']);
  });

  it('sets numbers, texts and settings in groups, each as the type that Windows has', async () => {
    const { path, config } = makeImage();
    const shell = '<OEMInformation><Manufacturer>Contoso &amp; Co</Manufacturer><SupportURL/></OEMInformation><RegisteredOwner>Owner</RegisteredOwner>';
    await apply(path, unattend(offline(component('Microsoft-Windows-Shell-Setup', shell)
      + component('Microsoft-Windows-PartitionManager', '<SanPolicy>4</SanPolicy>')
      + component('Microsoft-Windows-SecureStartup-FilterDriver', '<PreventDeviceEncryption>true</PreventDeviceEncryption>'))));
    const value = (hive: string, key: string, name: string): string => {
      const found = Hive.parse(readFileSync(join(config, hive)), hive).key(key)?.value(name);
      return found === undefined ? 'missing' : `${found.type} ${found.type === 4 ? found.asNumber() : found.asString()}`;
    };
    expect([
      value('SOFTWARE', 'Microsoft\\Windows\\CurrentVersion\\OEMInformation', 'Manufacturer'),
      value('SOFTWARE', 'Microsoft\\Windows\\CurrentVersion\\OEMInformation', 'SupportURL'),
      value('SOFTWARE', 'Microsoft\\Windows NT\\CurrentVersion', 'RegisteredOwner'),
      value('SYSTEM', 'ControlSet001\\Services\\partmgr\\Parameters', 'SanPolicy'),
      value('SYSTEM', 'ControlSet001\\Control\\BitLocker', 'PreventDeviceEncryption'),
    ]).toEqual(['1 Contoso & Co', '1 ', '1 Owner', '4 4', '4 1']);
  });

  it('refuses settings that Windows does not take in that pass, and those in a group that it does not know', async () => {
    const content = component('Microsoft-Windows-TerminalServices-RDP-WinStationExtensions', '<UserAuthentication>1</UserAuthentication>')
      + component('Microsoft-Windows-Shell-Setup', '<ComputerName>pc</ComputerName><OEMInformation><Other>x</Other></OEMInformation>');
    const error = await failure(apply(makeImage().path, unattend(offline(content))));
    expect(error.hresult).toBe(Hresult.ERROR_NOT_SUPPORTED);
    for (const name of ['UserAuthentication', 'Shell-Setup/ComputerName', 'Shell-Setup/OEMInformation/Other']) { expect(error.message).toContain(name); }
  });

  it('refuses by name what only Windows can do, and changes nothing', async () => {
    const { path, config } = makeImage();
    const error = await failure(apply(path, unattend(offline(lua + component('Microsoft-Windows-Shell-Setup', '<TimeZone>UTC</TimeZone>'))
      + '<servicing><package action="install"><assemblyIdentity name="Sample-Package"/><source location="a.cab"/></package></servicing>')));
    expect(error.hresult).toBe(Hresult.ERROR_NOT_SUPPORTED);
    expect(error.message).toContain('Microsoft-Windows-Shell-Setup/TimeZone; package install "Sample-Package"');
    expect(policy(config)).toBeUndefined();
  });

  it.each(['C:\\drivers', 'drivers', '\\\\server\\share'])('refuses drivers of %s, which is on no disk of this machine', async (folder) => {
    const { path } = makeImage();
    const paths = `<DriverPaths><PathAndCredentials keyValue="1"><Path>${folder}</Path></PathAndCredentials></DriverPaths>`;
    expect((await failure(apply(path, unattend(offline(component('Microsoft-Windows-PnpCustomizationsNonWinPE', paths)))))).message).toContain(folder);
  });

  it('says which folder of drivers, not which file, does not exist', async () => {
    const { path } = makeImage();
    const missing = join(tempFolder(), 'missing');
    const paths = `<DriverPaths><PathAndCredentials><Path>${missing}</Path></PathAndCredentials></DriverPaths>`;
    const error = await failure(apply(path, unattend(offline(component('Microsoft-Windows-PnpCustomizationsNonWinPE', paths)))));
    expect([error.symbol, error.target, error.message]).toEqual(['ERROR_FILE_NOT_FOUND', missing, expect.stringContaining(`its drivers of "${missing}" cannot be added: it does not exist`)]);
  });

  it('looks at all drivers before anything is changed', async () => {
    const { path, config } = makeImage();
    const paths = `<DriverPaths><PathAndCredentials><Path>${tempFolder()}</Path></PathAndCredentials></DriverPaths>`;
    await failure(apply(path, unattend(offline(lua + component('Microsoft-Windows-PnpCustomizationsNonWinPE', paths)))));
    expect(policy(config)).toBeUndefined();
  });

  it('copies the file as it is where it is told to, keeps one that is there, and warns of passwords', async () => {
    const { path } = makeImage();
    const text = Buffer.from(`\ufeff${unattend('<settings pass="oobeSystem"><component name="x"><AutoLogon><Password><Value>p</Value></Password></AutoLogon></component></settings>')}`, 'utf16le');
    const result = await apply(path, text, { copyToPanther: true });
    expect([result.changed, result.warnings]).toEqual([true, [expect.stringContaining('oobeSystem'), expect.stringContaining('passwords')]]);
    const panther = join(path, 'Windows/Panther');
    expect(readFileSync(join(panther, 'unattend.xml')).equals(text)).toBe(true);
    expect((await apply(path, text, { copyToPanther: true })).changed).toBe(false);
    await apply(path, unattend(''), { copyToPanther: true });
    expect(readdirSync(panther).sort()).toEqual(['unattend.xml', 'unattend.xml.bak']);
    expect(readFileSync(join(panther, 'unattend.xml.bak')).equals(text)).toBe(true);
  });

  it('writes nothing outside of a hostile image', async () => {
    const { path } = makeImage();
    const outside = tempFolder();
    symlinkSync(outside, join(path, 'Windows/Panther'));
    await failure(apply(path, unattend(''), { copyToPanther: true }));
    const second = makeImage();
    mkdirSync(join(second.path, 'Windows/panther'));
    writeFileSync(join(outside, 'file'), 'kept');
    symlinkSync(join(outside, 'file'), join(second.path, 'Windows/panther/unattend.xml'));
    await failure(apply(second.path, unattend(''), { copyToPanther: true }));
    expect([readdirSync(outside), readFileSync(join(outside, 'file'), 'utf8')]).toEqual([['file'], 'kept']);
  });

  it.each([
    ['<!DOCTYPE unattend [<!ENTITY x SYSTEM "file:///etc/passwd">]><unattend>&x;</unattend>', 'line 1, column 1 there is a document type declaration'],
    ['<unattend>\n  <settings>', 'line 2, column'],
    ['<unattend>\n  <settings/></unattend>', 'line 2, column 3 "settings" has no pass'],
    ['<unattend>\n  <settings pass="offlineservicing"/></unattend>', 'line 2, column 3 there is no pass "offlineservicing" (windowsPE, offlineServicing,'],
    ['<other/>', 'line 1, column 1 there is "other"'],
    [unattend(offline(component('Microsoft-Windows-LUA-Settings', '<EnableLUA>maybe</EnableLUA>'))), 'neither true nor false'],
    [unattend(offline(component('Microsoft-Windows-PartitionManager', '<SanPolicy>5</SanPolicy>'))), 'no number from 1 to 4'],
  ])('refuses %s with line and column', async (text, wanted) => {
    const error = await failure(apply(makeImage().path, text));
    expect([error.hresult, error.message]).toEqual([Hresult.ERROR_BAD_FORMAT, expect.stringContaining(wanted)]);
  });
});

describe('readAnswerFile()', () => {
  it('gives answers or an error for damaged files', () => {
    const random = seededRandom(11);
    const whole = Buffer.from(unattend(offline(lua) + '<servicing><package action="install"/></servicing>'));
    for (let round = 0; round < 5000; round++) {
      const data = Buffer.from(whole.subarray(0, 1 + Math.floor(random() * whole.length)));
      for (let count = 0; count < 2; count++) { data[Math.floor(random() * data.length)] = Math.floor(random() * 256); }
      try { readAnswerFile(data, 'a.xml', 'amd64'); } catch (error) { if (!(error instanceof DismError)) { throw error; } }
    }
  });
});
