/** Where the files of a driver package are: [SourceDisksFiles] and [SourceDisksNames]. */
import { InfError } from './infError.ts';
import type { InfFile } from './infFile.ts';
import type { InfCopy } from './infInstall.ts';
import type { InfTarget } from './infTarget.ts';
import { requireFileName } from './infVersion.ts';

/** A file of the package. */
export interface InfSource {
  /** Below the folder of the INF file, and below that of the package in the driver store; with `/`. */
  readonly path: string;
  /** Whether a section copies it: then it has to be there. */
  readonly isCopied: boolean;
}

/** Arch variant first, then the general one: `SourceDisksFiles.amd64`, `SourceDisksFiles`. */
function variants(name: string, { architecture }: InfTarget): string[] {
  return [`${name}.${architecture}`, name];
}

/** Folder of each disk, as a path below that of the INF file. */
function diskFolders(inf: InfFile, target: InfTarget): Map<string, string> {
  const folders = new Map<string, string>();
  for (const section of variants('SourceDisksNames', target)) {
    for (const { key, fields } of inf.lines(section)) {
      const id = inf.text(key ?? '').trim();
      if (!folders.has(id)) { folders.set(id, folderPath(inf.text(fields[3] ?? ''))); }
    }
  }
  return folders;
}

/**
 * The files that belong to the package beside the INF file and its catalog: what its sections copy, and what it lists as being on its disks.
 * @throws InfError: a path leads out of the package.
 */
export function sourceFiles(inf: InfFile, copies: readonly InfCopy[], target: InfTarget): InfSource[] {
  const disks = diskFolders(inf, target);
  const listed = new Map<string, string>();
  for (const section of variants('SourceDisksFiles', target)) {
    for (const { key, fields } of inf.lines(section)) {
      const name = inf.text(key ?? fields[0] ?? '').trim();
      const [disk = '', folder = ''] = key === undefined ? [] : fields.map((field) => inf.text(field).trim());
      if (listed.has(name.toLowerCase())) { continue; }
      requireFileName(name, 'a file in [SourceDisksFiles]');
      listed.set(name.toLowerCase(), [disks.get(disk) ?? '', folderPath(folder), name].filter((part) => part !== '').join('/'));
    }
  }
  const sources = new Map<string, InfSource>();
  for (const { sourceName } of copies) {
    requireFileName(sourceName, 'a file that is copied');
    // A file that no disk has is beside the INF file.
    const path = listed.get(sourceName.toLowerCase()) ?? sourceName;
    sources.set(path.toLowerCase(), { path, isCopied: true });
  }
  for (const path of listed.values()) {
    if (!sources.has(path.toLowerCase())) { sources.set(path.toLowerCase(), { path, isCopied: false }); }
  }
  return [...sources.values()];
}

/** Where the file that a section copies is in the package. */
export function sourceOf(sources: readonly InfSource[], { sourceName }: InfCopy): InfSource | undefined {
  const wanted = sourceName.toLowerCase();
  return sources.find(({ path }) => path.toLowerCase() === wanted || path.toLowerCase().endsWith(`/${wanted}`));
}

function folderPath(text: string): string {
  const parts = text.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  for (const part of parts) { requireFileName(part, 'a folder'); }
  if (parts.length > 16) { throw new InfError(`the folder "${text}" is too deep`); }
  return parts.join('/');
}
