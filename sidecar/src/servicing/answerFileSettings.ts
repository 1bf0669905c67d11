/**
 * Settings of the pass offlineServicing that are one documented value of the registry each, and nothing more. Which settings Windows takes in that pass is in
 * the unattend reference of Microsoft ("Valid Configuration Passes"); one that is not valid there is not here, even where its place is known.
 * @see https://learn.microsoft.com/windows-hardware/customize/desktop/unattend/
 */
import type { ValueContent } from '../registry/editableKey.ts';
import { ValueType } from '../registry/values.ts';

/** Where a setting is kept, and what it may be: `true` or `false`, a number up to `max`, or a text. */
export interface SettingHome {
  readonly hive: string;
  readonly key: string;
  readonly name: string;
  readonly takes: 'Boolean' | 'Text' | { readonly min: number; readonly max: number };
}

const inSoftware = (key: string, name: string, takes: SettingHome['takes']): SettingHome => ({ hive: 'SOFTWARE', key: `Microsoft\\${key}`, name, takes });
const inSystem = (key: string, name: string, takes: SettingHome['takes']): SettingHome => ({ hive: 'SYSTEM', key: `CurrentControlSet\\${key}`, name, takes });
const oem = (name: string): SettingHome => inSoftware('Windows\\CurrentVersion\\OEMInformation', name, 'Text');

/** By component and path of the setting in it. */
const homes: ReadonlyMap<string, SettingHome> = new Map([
  ['Microsoft-Windows-DeviceGuard-Unattend/EnableVirtualizationBasedSecurity',
    inSystem('Control\\DeviceGuard', 'EnableVirtualizationBasedSecurity', { min: 0, max: 1 })],
  ['Microsoft-Windows-DeviceGuard-Unattend/LsaCfgFlags', inSystem('Control\\Lsa', 'LsaCfgFlags', { min: 0, max: 2 })],
  ['Microsoft-Windows-GPIOButtons/ConvertibleSlateMode', inSystem('Control\\PriorityControl', 'ConvertibleSlateMode', { min: 0, max: 1 })],
  ['Microsoft-Windows-LUA-Settings/EnableLUA', inSoftware('Windows\\CurrentVersion\\Policies\\System', 'EnableLUA', 'Boolean')],
  ['Microsoft-Windows-PartitionManager/SanPolicy', inSystem('Services\\partmgr\\Parameters', 'SanPolicy', { min: 1, max: 4 })],
  ['Microsoft-Windows-SecureStartup-FilterDriver/PreventDeviceEncryption', inSystem('Control\\BitLocker', 'PreventDeviceEncryption', 'Boolean')],
  ...['Manufacturer', 'Model', 'Logo', 'SupportHours', 'SupportPhone', 'SupportProvider', 'SupportURL', 'SupportAppURL']
    .map((name) => [`Microsoft-Windows-Shell-Setup/OEMInformation/${name}`, oem(name)] as const),
  ['Microsoft-Windows-Shell-Setup/RegisteredOrganization', inSoftware('Windows NT\\CurrentVersion', 'RegisteredOrganization', 'Text')],
  ['Microsoft-Windows-Shell-Setup/RegisteredOwner', inSoftware('Windows NT\\CurrentVersion', 'RegisteredOwner', 'Text')],
  ['Microsoft-Windows-TerminalServices-LocalSessionManager/fDenyTSConnections', inSystem('Control\\Terminal Server', 'fDenyTSConnections', 'Boolean')],
].map(([path, home]) => [(path as string).toLowerCase(), home as SettingHome]));

/** The home of a setting, such as `Microsoft-Windows-LUA-Settings/EnableLUA`; undefined where it has no known one. */
export function homeOfSetting(path: string): SettingHome | undefined {
  return homes.get(path.toLowerCase());
}

/** Whether settings below this one have a home. */
export function hasSettingsBelow(path: string): boolean {
  return [...homes.keys()].some((known) => known.startsWith(`${path.toLowerCase()}/`));
}

/** The longest text that the reference allows for any of them. */
const maxText = 2083;

/** What is written; a string says what is wrong with the text of the setting. */
export function settingContent({ takes }: SettingHome, text: string): ValueContent | string {
  if (takes === 'Text') {
    return text.length > maxText ? `longer than ${maxText} characters` : { type: ValueType.String, data: Buffer.from(`${text}\0`, 'utf16le') };
  }
  const number = numberOf(text.toLowerCase(), takes);
  if (number === undefined) { return takes === 'Boolean' ? 'neither true nor false' : `no number from ${takes.min} to ${takes.max}`; }
  const data = Buffer.alloc(4);
  data.writeUInt32LE(number);
  return { type: ValueType.Dword, data };
}

function numberOf(text: string, takes: 'Boolean' | { readonly min: number; readonly max: number }): number | undefined {
  if (takes === 'Boolean') { return text === 'true' || text === '1' ? 1 : text === 'false' || text === '0' ? 0 : undefined; }
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number >= takes.min && number <= takes.max ? number : undefined;
}
