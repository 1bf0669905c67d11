/** The double of wimgapi.dll: builds it, drives it through its hooks or through files, and makes and reads the image files that it works on. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './cBuild.ts';
import { windowsPath, type DoubleFormat, type DoubleModes } from './dismDouble.ts';

const sources = ['json.c', 'modes.c', 'platform.c', 'text.c', ...[
  'Apply', 'Archive', 'Call', 'Capture', 'Container', 'Export', 'FileCalls', 'Hash', 'Hooks', 'Image', 'Messages', 'Objects', 'Split', 'Tree', 'Xml',
]
  .map((name) => `wimgapi/wim${name}.c`)];

/** Builds the double and gives the absolute path of the library: `wimgapi.so` or `wimgapi.dll`. The folder is shared by all tests. */
export function buildWimDouble(format: DoubleFormat): string {
  return compile({ target: format, sources, output: format === 'elf' ? 'wimgapi.so' : 'wimgapi.dll', shared: true });
}

/** Builds the double of wofutil.dll: `wofutil.so` or `wofutil.dll`. It has no state but a file beside it. */
export function buildWofDouble(format: DoubleFormat): string {
  return compile({ target: format, sources: ['wimgapi/wofutil.c'], output: format === 'elf' ? 'wofutil.so' : 'wofutil.dll', shared: true });
}

/** A call as the double wrote it down when it returned. */
export interface WimDoubleCall {
  readonly call: number;
  readonly function: string;
  readonly process: number;
  readonly thread: number;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** 0: it succeeded. */
  readonly error: number;
  readonly messages: number;
  readonly aborted: boolean;
  /** Blocks of LocalAlloc, and handles, that were there when it returned. */
  readonly outstanding: number;
  readonly handles: number;
}

/** A double in a folder of its own, for another process. */
export interface InstalledWimDouble {
  readonly path: string;
  /** Replaces all modes; works while a call blocks. `log` is set already. */
  readonly setModes: (modes: DoubleModes) => void;
  readonly calls: () => readonly WimDoubleCall[];
  readonly events: () => readonly { readonly event: string; readonly function: string }[];
  readonly violations: () => readonly string[];
}

/** Copies the double into `folder`, with a configuration file beside it; what it writes down is in `logFolder`. */
export function installWimDouble(folder: string, format: DoubleFormat, modes: DoubleModes = {}, logFolder = folder): InstalledWimDouble {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, format === 'elf' ? 'wimgapi.so' : 'wimgapi.dll');
  copyFileSync(buildWimDouble(format), path);
  const log = join(logFolder, 'wimgapi.jsonl');
  const setModes = (wanted: DoubleModes) => {
    const all: DoubleModes = { log: format === 'elf' ? log : windowsPath(log), ...wanted };
    writeFileSync(`${path}.conf.new`, Object.entries(all).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${value}\n`).join(''));
    renameSync(`${path}.conf.new`, `${path}.conf`);
  };
  setModes(modes);
  const lines = <T extends object>(key: string): T[] => (existsSync(log) ? readFileSync(log, 'utf8') : '').split('\n').filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T).filter((line) => key in line);
  return {
    path, setModes,
    calls: () => lines<WimDoubleCall>('call'),
    events: () => lines<{ event: string; function: string }>('event'),
    violations: () => lines<{ violation: string }>('violation').map(({ violation }) => violation),
  };
}

/** One file, folder or link of an image, by its path in it, such as `\Windows\a.txt`. */
export interface DoubleEntry {
  readonly path: string;
  readonly attributes: number;
  /** Undefined of a folder, and where another part has it. */
  readonly content?: Buffer | undefined;
  readonly hash?: string | undefined;
  readonly raw?: boolean | undefined;
}

/** An image of a file. */
export interface DoubleImage {
  /** Elements, such as `<NAME>First</NAME>`. */
  readonly xml: string;
  readonly entries: readonly DoubleEntry[];
}

/** A file as the double writes it; see test/double/wimgapi/wimArchive.c. */
export interface DoubleWim {
  readonly compression: number;
  readonly solid: boolean;
  readonly integrity: boolean;
  readonly part: number;
  readonly parts: number;
  readonly boot: number;
  readonly readOnly: boolean;
  readonly guid: string;
  readonly images: readonly DoubleImage[];
  /** Hashes of everything stored. */
  readonly blobs: readonly string[];
}

/** Reads a file of the double. @throws Error: it is none, or not whole. */
export function readDoubleWim(path: string): DoubleWim {
  const data = readFileSync(path);
  let at = 0;
  const line = (pattern: RegExp): string[] => {
    const end = data.indexOf(10, at);
    const text = data.toString('utf8', at, end < 0 ? data.length : end);
    at = end + 1;
    const match = pattern.exec(text);
    if (end < 0 || match === null) { throw new Error(`"${path}" is no whole file of the double at "${text}"`); }
    return match.slice(1);
  };
  const [compression = '', solid, integrity, part = '', parts = '', boot = '', readOnly, guid = ''] = line(/^DOUBLEWIM (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\S+)$/);
  const images = Array.from({ length: Number(line(/^images (\d+)$/)[0]) }, () => {
    const [entries, bytes] = line(/^image (\d+) (\d+)$/).map(Number) as [number, number];
    const xml = data.toString('utf8', at, at + bytes);
    at += bytes + 1;
    return { xml, entries: Array.from({ length: entries }, () => line(/^(\d+) (\d+) (\S+) (.*)$/)) };
  });
  const blobs = new Map<string, { content: Buffer; raw: boolean }>();
  for (let left = Number(line(/^blobs (\d+)$/)[0]); left > 0; left -= 1) {
    const [raw, bytes = '', hash = ''] = line(/^blob (\d+) (\d+) (\S+)$/);
    blobs.set(hash, { content: data.subarray(at, at + Number(bytes)), raw: raw === '1' });
    at += Number(bytes) + 1;
  }
  line(/^end (\S+)$/);
  return {
    compression: Number(compression), solid: solid === '1', integrity: integrity === '1', part: Number(part), parts: Number(parts), boot: Number(boot),
    readOnly: readOnly === '1', guid, blobs: [...blobs.keys()],
    images: images.map(({ xml, entries }) => ({
      xml,
      entries: entries.map(([attributes, , hash = '', entryPath = '']) => ({
        path: entryPath, attributes: Number(attributes), hash, content: blobs.get(hash)?.content, raw: blobs.get(hash)?.raw,
      })),
    })),
  };
}

/** Writes a file for the double. Names can be whatever an attacker likes. */
export function writeDoubleWim(path: string, images: readonly DoubleImage[], options: Partial<Omit<DoubleWim, 'images' | 'blobs'>> = {}): void {
  const { compression = 2, solid = false, part = 1, parts = 1, boot = 0, readOnly = false, guid = '0123456789abcdef0123456789abcdef' } = options;
  const blobs = new Map<string, Buffer>();
  const text: Buffer[] = [Buffer.from(`DOUBLEWIM ${compression} ${Number(solid)} 0 ${part} ${parts} ${boot} ${Number(readOnly)} ${guid}\nimages ${images.length}\n`)];
  for (const { xml, entries } of images) {
    text.push(Buffer.from(`image ${entries.length} ${Buffer.byteLength(xml)}\n${xml}\n`));
    for (const { path: entryPath, attributes, content, hash } of entries) {
      const name = hash ?? (content === undefined ? '-' : createHash('sha1').update(content).digest('hex'));
      if (content !== undefined) { blobs.set(name, content); }
      text.push(Buffer.from(`${attributes} ${content?.length ?? 0} ${name} ${entryPath}\n`));
    }
  }
  text.push(Buffer.from(`blobs ${blobs.size}\n`));
  for (const [hash, content] of blobs) { text.push(Buffer.from(`blob 0 ${content.length} ${hash}\n`), content, Buffer.from('\n')); }
  writeFileSync(path, Buffer.concat([...text, Buffer.from('end -\n')]));
}
