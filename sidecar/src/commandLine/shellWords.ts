/** Advice that names commands of the module, in the words of the command line. */
import { kebab } from './parameters.ts';

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
  ['Get-DismTsPackage', 'packages'], ['Get-DismTsOptionalFeature', 'features'], ['Get-DismTsDriver', 'drivers'], ['Get-DismTsCapability', 'capabilities'],
  ['Get-DismTsAppxProvisionedPackage', 'apps'], ['Get-DismTsEdition -Target', 'target-editions'], ['Resolve-DismTsError', 'error'],
];

/** `List them with Get-DismTsImage -Mounted.` as `List them with dismts mounts.` */
export function inShellWords(text: string): string {
  let words = text;
  for (const [command, verb] of commands) { words = words.replaceAll(command, `dismts ${verb}`); }
  return words.replace(/(^|[\s("])-([A-Z][A-Za-z]+)\b/g, (_, before: string, name: string) => `${before}--${kebab(name.slice(0, 1).toLowerCase() + name.slice(1))}`);
}
