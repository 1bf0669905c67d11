/** Everything that an image says of its files, in a form that two images can be compared in. */
import { entriesOf } from './libwimTree.ts';

/** One name of one file. */
export interface ImageEntry {
  readonly attributes: number;
  readonly reparseTag: number;
  readonly shortName: string;
  /** Hexadecimal. */
  readonly security: string;
  /** FILETIME. */
  readonly created: string;
  readonly written: string;
  readonly sizeBytes: number;
  readonly sha1: string;
  /** By name: size and SHA-1. */
  readonly streams: Readonly<Record<string, readonly [sizeBytes: number, sha1: string]>>;
  /** All names of the file, this one among them. */
  readonly names: readonly string[];
}

/** The entries of an image by path; the root is `/`. The numbers of hard link groups are of no account. */
export async function readTree(wim: string, imageIndex = 1): Promise<Record<string, ImageEntry>> {
  await Promise.resolve();
  const entries = entriesOf(wim, imageIndex).map((entry): [path: string, group: string, entry: Omit<ImageEntry, 'names'>] => (
    [entry.fullPath, entry.linkCount > 1 ? String(entry.hardLinkGroupId) : entry.fullPath, {
      attributes: entry.attributes,
      reparseTag: entry.reparseTag,
      shortName: entry.shortName,
      security: entry.securityDescriptor,
      created: String(entry.creationTime),
      written: String(entry.lastWriteTime),
      sizeBytes: entry.data.sizeBytes,
      sha1: entry.data.sha1,
      streams: Object.fromEntries(entry.namedStreams.map(({ name, sizeBytes, sha1 }) => [name, [sizeBytes, sha1]])),
    }]));
  const names = new Map<string, string[]>();
  for (const [path, group] of entries) { names.set(group, [...names.get(group) ?? [], path]); }
  return Object.fromEntries(entries.map(([path, group, entry]) => [path, { ...entry, names: (names.get(group) ?? []).sort() }]));
}
