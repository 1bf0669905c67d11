/** Advice that names commands of the module, in the words of the command line. */
import { kebab } from './parameters.ts';
import { optionNames } from './parameterTexts.ts';

/** The first that fits counts, so what is longer comes first. */
const commands: readonly (readonly [command: string, words: string])[] = [
  ['Get-DismTsImage -Mounted', 'mounts'], ['Get-DismTsImage -ImagePath', 'info'], ['Get-DismTsImageContent', 'content'], ['Get-DismTsImage', 'info'],
  ['Mount-DismTsImage -Remount -Path', 'remount'], ['Mount-DismTsImage', 'mount'], ['Save-DismTsImage', 'save'],
  ['Dismount-DismTsImage -Path', 'unmount'], ['Dismount-DismTsImage', 'unmount'], ['Clear-DismTsMountPoint', 'cleanup'],
  ['Repair-DismTsImage -RestoreHealth', 'repair'], ['Repair-DismTsImage -ScanHealth', 'scan'], ['Repair-DismTsImage -CheckHealth', 'check'],
  ['Repair-DismTsImage -StartComponentCleanup', 'clean'], ['Test-DismTsEnvironment', 'environment'], ['Get-DismTsLog', 'log'],
  ['Set-DismTsImage', 'set-image'], ['New-DismTsImage', 'capture'], ['Expand-DismTsImage', 'apply'], ['Join-DismTsImage', 'join'],
  ['Optimize-DismTsImageFile', 'optimize-file'], ['Test-DismTsImageFile', 'verify'], ['New-DismTsCustomImage', 'capture-custom'],
  ['Get-DismTsWimBootEntry', 'wimboot-entries'], ['Get-DismTsRegistryKey', 'registry-keys'], ['Repair-DismTsImage', 'repair'],
  ['Get-DismTsPackage', 'packages'], ['Add-DismTsPackage', 'add-package'],
  ['Get-DismTsOptionalFeature', 'features'], ['Get-DismTsDriver', 'drivers'], ['Get-DismTsCapability', 'capabilities'],
  ['Get-DismTsAppxProvisionedPackage', 'apps'], ['Remove-DismTsAppxProvisionedPackage', 'remove-app'],
  ['Get-DismTsEdition -Target', 'target-editions'], ['Resolve-DismTsError', 'error'],
];

/** Name of an option by that of the parameter of a command; a list is called by its singular there. */
function optionOf(parameter: string): string {
  const name = parameter.slice(0, 1).toLowerCase() + parameter.slice(1);
  return optionNames[name] ?? optionNames[`${name}s`] ?? optionNames[`${name}es`] ?? kebab(name);
}

/** `List them with Get-DismTsImage -Mounted.` as `List them with dismts mounts.` What else is in quotation marks is a path or a name, and stays as it is. */
export function inShellWords(text: string): string {
  return text.split(/("[^"]*")/).map((part, at) => (at % 2 === 1 && !/^"[A-Z][a-z]+-DismTs/.test(part) ? part : wordsOf(part))).join('');
}

function wordsOf(text: string): string {
  let words = text;
  for (const [command, verb] of commands) { words = words.replaceAll(command, `dismts ${verb}`); }
  return words.replace(/(^|[\s(])-([A-Z][A-Za-z]+)\b/g, (_, before: string, name: string) => `${before}--${optionOf(name)}`);
}
