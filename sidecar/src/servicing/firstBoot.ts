/**
 * What Windows is to do when it is set up: packages, features and capabilities that wait in the image, and one script that has dism.exe add them.
 * The script is the record of what waits; SetupComplete.cmd, which Windows runs once at the end of its set-up, calls it.
 */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { joinPath } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import type { WritableFolderImage } from '../imageFiles/writableFolder.ts';
import { messageOf } from '../systemErrors.ts';
import { changeImage, type ImageChange, type ImageChangeOptions } from './imageChange.ts';
import { scriptsFolder } from './removablePaths.ts';

/** One thing that waits. */
export interface FirstBootItem {
  readonly kind: 'Package' | 'Feature' | 'Capability';
  /** Name of the file in the image, of the feature or of the capability: letters, digits and `._~+-` only, for it stands in a script. */
  readonly name: string;
  /** Of a feature: those that it needs, too. */
  readonly all?: boolean | undefined;
}

/** A line of a script. */
export interface ScriptLine {
  /** The script, below the root of the image. */
  readonly path: string;
  readonly line: string;
}

/** What becomes of the files of the image. */
export interface FirstBootPlan {
  readonly writtenFiles: readonly string[];
  /** Files, and folders with what is in them. */
  readonly removedFiles: readonly string[];
  readonly addedLines: readonly ScriptLine[];
  readonly removedLines: readonly ScriptLine[];
}

const namePattern = /^[A-Za-z0-9._~+-]{1,200}$/;
const itemPattern = /^rem item: (Package|Feature|FeatureAll|Capability) ([A-Za-z0-9._~+-]{1,200})$/;
/** Folders that were not there before the first thing waited; with the last one they go, when they are empty. */
const madePattern = /^rem made: (Setup|Setup\/Scripts)$/;
const beginMark = 'rem DismTs: begin';
const endMark = 'rem DismTs: end';
const callLine = 'call "%WINDIR%\\Setup\\Scripts\\DismTs\\FirstBoot.cmd"';
const callBlock = [beginMark, callLine, endMark, ''].join('\r\n');
const maxScriptBytes = 1024 * 1024;

/** Where the results are on the target, once it has run. */
export const resultLog = 'C:\\Windows\\Logs\\DismTs-FirstBoot.log';

const ownFolder = (windows: string): string => joinPath(scriptsFolder(windows), 'DismTs');
const scriptPath = (windows: string): string => joinPath(ownFolder(windows), 'FirstBoot.cmd');
const setupComplete = (windows: string): string => joinPath(scriptsFolder(windows), 'SetupComplete.cmd');
const filePath = (windows: string, name: string): string => joinPath(ownFolder(windows), 'Files', name);

/** @throws DismError E_INVALIDARG: the name could mean something else in a script. */
export function requireFirstBootName(name: string, what: string): void {
  if (!namePattern.test(name) || /^\.+$/.test(name)) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: "${name}" has characters that are not kept in a script (letters, digits and . _ ~ + - are)`, { target: name });
  }
}

/** What waits in an image, in its order. */
export async function listFirstBoot(image: Pick<WritableFolderImage, 'read' | 'list'>, windows: string): Promise<FirstBootItem[]> {
  return parseScript(await readScript(image, windows) ?? '');
}

async function readScript(image: Pick<WritableFolderImage, 'read' | 'list'>, windows: string): Promise<string | undefined> {
  return (await readRealFile(image, scriptPath(windows), maxScriptBytes))?.toString('latin1');
}

/** Folders that were made, as the script says, or are about to be. */
function madeFolders(image: WritableFolderImage, windows: string, script: string | undefined): string[] {
  if (script !== undefined) { return script.split(/\r?\n/).flatMap((line) => madePattern.exec(line)?.[1] ?? []); }
  const isThere = (path: string): boolean => image.nearestFolder(`${path}/any`).toLowerCase() === path.toLowerCase();
  return ['Setup', 'Setup/Scripts'].filter((folder) => !isThere(joinPath(windows, folder)));
}

function parseScript(script: string): FirstBootItem[] {
  return script.split(/\r?\n/).map((line) => itemPattern.exec(line)).filter((match) => match !== null).map(([, kind = '', name = '']) => (
    kind === 'FeatureAll' ? { kind: 'Feature', name, all: true } : { kind: kind as FirstBootItem['kind'], name }));
}

const sameItem = (a: FirstBootItem, b: FirstBootItem): boolean => a.kind === b.kind && a.name.toLowerCase() === b.name.toLowerCase();

/**
 * Has Windows do something when it is set up.
 * @param file The file of a package.
 * @returns What waits then, whether that is new (with the same file it is not), and what becomes of the files.
 */
export async function addFirstBoot(
  image: WritableFolderImage, item: FirstBootItem, file: string | undefined, options: ImageChangeOptions,
): Promise<{ readonly changed: boolean; readonly items: readonly FirstBootItem[]; readonly plan: FirstBootPlan }> {
  const { windows } = options;
  const plan = new Plan();
  return await changeImage(image, [], options, async (change) => {
    const open = plan.watching(change);
    const script = await readScript(image, windows);
    const items = parseScript(script ?? '');
    const existing = items.find((one) => sameItem(one, item));
    const text = await readSetupComplete(image, windows);
    const isCalled = text.includes(beginMark);
    const isSameFile = file === undefined || await image.hasCopyOf(file, filePath(windows, item.name));
    if (existing !== undefined && (existing.all === true) === (item.all === true) && isSameFile && isCalled) { return { changed: false, items, plan }; }
    const wanted = [...items.filter((one) => !sameItem(one, item)), item];
    if (file !== undefined && !isSameFile) { open.putFile(filePath(windows, item.name), { file }); }
    open.putFile(scriptPath(windows), makeScript(wanted, madeFolders(image, windows, script)));
    if (existing !== undefined && commandOf(existing) !== commandOf(item)) { plan.removedLines.push({ path: scriptPath(windows), line: commandOf(existing) }); }
    if (existing === undefined || commandOf(existing) !== commandOf(item)) { plan.addedLines.push({ path: scriptPath(windows), line: commandOf(item) }); }
    if (!isCalled) {
      open.putFile(setupComplete(windows), Buffer.from(callBlock + text, 'latin1'));
      plan.addedLines.push({ path: setupComplete(windows), line: callLine });
    }
    return { changed: true, items: wanted, plan };
  });
}

/**
 * Takes back what waits: one thing, or everything.
 * @returns What was taken back, and what becomes of the files.
 */
export async function removeFirstBoot(
  image: WritableFolderImage, isWanted: (item: FirstBootItem) => boolean, options: ImageChangeOptions,
): Promise<{ readonly items: readonly FirstBootItem[]; readonly plan: FirstBootPlan }> {
  const { windows, validateOnly = false } = options;
  const plan = new Plan();
  let made: string[] = [];
  const items = await changeImage(image, [], options, async (change) => {
    const open = plan.watching(change);
    const script = await readScript(image, windows);
    const waiting = parseScript(script ?? '');
    const removed = waiting.filter(isWanted);
    if (removed.length === 0) { return []; }
    const kept = waiting.filter((item) => !removed.includes(item));
    if (kept.length === 0) {
      const text = await readSetupComplete(image, windows);
      const without = text.replace(callBlock, '');
      if (without === '' && text !== '') { open.remove(setupComplete(windows)); }
      if (without !== '' && without !== text) {
        open.putFile(setupComplete(windows), Buffer.from(without, 'latin1'));
        plan.removedLines.push({ path: setupComplete(windows), line: callLine });
      }
      open.remove(ownFolder(windows));
      made = madeFolders(image, windows, script);
    } else {
      open.putFile(scriptPath(windows), makeScript(kept, madeFolders(image, windows, script)));
      for (const item of removed) {
        plan.removedLines.push({ path: scriptPath(windows), line: commandOf(item) });
        if (item.kind === 'Package') { open.remove(filePath(windows, item.name)); }
      }
    }
    return removed;
  });
  if (!validateOnly) { removeMade(image, made.reverse().map((folder) => joinPath(windows, folder)), options); }
  return { items, plan };
}

/** It is done by then, whatever becomes of empty folders. */
function removeMade(image: WritableFolderImage, folders: readonly string[], { warn }: ImageChangeOptions): void {
  try {
    for (const folder of folders) { image.removeEmptyFolder(folder); }
  } catch (error) {
    warn(`An empty folder stays in the image: ${messageOf(error)}`);
  }
}

/** What Windows is to run. */
function commandOf({ kind, name, all }: FirstBootItem): string {
  const what = kind === 'Package' ? `/Add-Package /PackagePath:"%~dp0Files\\${name}"`
    : kind === 'Feature' ? `/Enable-Feature /FeatureName:${name}${all === true ? ' /All' : ''}` : `/Add-Capability /CapabilityName:${name}`;
  return `"%WINDIR%\\System32\\dism.exe" /Online /NoRestart /Quiet ${what}`;
}

/** The script; each step's exit code goes into the log (3010: done, and a restart completes it). */
function makeScript(items: readonly FirstBootItem[], made: readonly string[]): Buffer {
  const lines = [
    '@echo off', 'rem Made by DismTs: change it with its commands.', ...made.map((folder) => `rem made: ${folder}`), 'setlocal',
    'set "LOG=%WINDIR%\\Logs\\DismTs-FirstBoot.log"',
  ];
  for (const item of items) {
    const { kind, name, all } = item;
    lines.push(
      `rem item: ${kind}${all === true ? 'All' : ''} ${name}`,
      `echo %DATE% %TIME% begin ${kind} ${name}>>"%LOG%"`,
      `${commandOf(item)} >>"%LOG%" 2>&1`,
      `echo %DATE% %TIME% end ${kind} ${name} exit code %ERRORLEVEL%>>"%LOG%"`,
    );
  }
  return Buffer.from([...lines, 'endlocal', 'exit /b 0', ''].join('\r\n'), 'latin1');
}

/** The text in one byte a character, whatever its code page: what is not ours stays as it is. @throws DismError ERROR_BAD_FORMAT: it is UTF-16. */
async function readSetupComplete(image: WritableFolderImage, windows: string): Promise<string> {
  const data = await readRealFile(image, setupComplete(windows), maxScriptBytes);
  if (data !== undefined && data.includes(0)) {
    throw new DismError(Hresult.ERROR_BAD_FORMAT, `"${setupComplete(windows)}" is no script that cmd.exe can run: it is binary, or UTF-16`, { target: setupComplete(windows) });
  }
  return data?.toString('latin1') ?? '';
}

/** Notes what a change does with files. */
class Plan implements FirstBootPlan {
  readonly writtenFiles: string[] = [];
  readonly removedFiles: string[] = [];
  readonly addedLines: ScriptLine[] = [];
  readonly removedLines: ScriptLine[] = [];

  watching(change: ImageChange): Pick<ImageChange, 'putFile' | 'remove'> {
    return {
      putFile: (path, content, like) => {
        change.putFile(path, content, like);
        this.writtenFiles.push(path);
      },
      remove: (path) => {
        change.remove(path);
        this.removedFiles.push(path);
      },
    };
  }
}
