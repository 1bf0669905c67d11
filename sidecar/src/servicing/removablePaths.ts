/** What a change that was interrupted may remove when it is finished: apps, and what waits for the first start. */
import { joinPath } from '../imageFiles/imageFiles.ts';
import { parseAppName } from './appNames.ts';

/** Where the folders of apps are. */
export const appsFolder = 'Program Files/WindowsApps';

/** Where Windows looks for SetupComplete.cmd. */
export function scriptsFolder(windows: string): string {
  return joinPath(windows, 'Setup/Scripts');
}

/** Whether a path is that of a folder of an app, or of something of the first start. */
export function isRemovable(windows: string, path: string): boolean {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) { return false; }
  const name = parts.at(-1) ?? '';
  const folder = parts.slice(0, -1).join('/').toLowerCase();
  if (folder === appsFolder.toLowerCase()) { return parseAppName(name) !== undefined; }
  const scripts = scriptsFolder(windows).toLowerCase();
  return (folder === scripts && /^(?:SetupComplete\.cmd|DismTs)$/i.test(name)) || folder === `${scripts}/dismts/files`;
}
