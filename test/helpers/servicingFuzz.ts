/** Changes INF files, answer files, lists of apps, .reg files, hives and logs at random: each ends in a value or a typed error, soon and in bounded memory. */
import { DismError } from '../../sidecar/src/errors.ts';
import { deviceIdRecords, versionRecord } from '../../sidecar/src/drivers/driverRecords.ts';
import { InfFile } from '../../sidecar/src/drivers/infFile.ts';
import { allCopies } from '../../sidecar/src/drivers/infInstall.ts';
import { readModels } from '../../sidecar/src/drivers/infModels.ts';
import { sourceFiles } from '../../sidecar/src/drivers/infSources.ts';
import type { InfTarget } from '../../sidecar/src/drivers/infTarget.ts';
import { readVersion } from '../../sidecar/src/drivers/infVersion.ts';
import { EditableHive } from '../../sidecar/src/registry/editableHive.ts';
import { Hive, type HiveKey } from '../../sidecar/src/registry/hive.ts';
import { replayLogs } from '../../sidecar/src/registry/hiveLogs.ts';
import { readAnswerFile } from '../../sidecar/src/servicing/answerFile.ts';
import { ProvisioningList } from '../../sidecar/src/servicing/provisioningFile.ts';
import { parseRegFile } from '../../sidecar/src/servicing/regFile.ts';
import { applyEdits } from '../../sidecar/src/servicing/registryEdits.ts';
import { cpuTimeMs } from './cpuTime.ts';
import { infText } from './store/driverPackage.ts';
import { dirtyHive, newLog } from './store/hiveLogWriter.ts';
import { KeyBuilder, sealBaseBlock, writeHive } from './store/hiveWriter.ts';
import { seededRandom } from './store/seededRandom.ts';
import { below, type FuzzResult, mutateInPlace, type Random } from './wimFuzz.ts';

const maxMs = 3000;
const maxBytes = 1536 * 1024 * 1024;
const target: InfTarget = { architecture: 'amd64', major: 10, minor: 0, build: 22621, productType: 1 };
const signal = new AbortController().signal;

function readInf(data: Buffer): void {
  const inf = InfFile.parse(data);
  const version = readVersion(inf, 'amd64');
  const models = readModels(inf, target);
  versionRecord(version, 'amd64');
  deviceIdRecords(inf, models, version);
  sourceFiles(inf, allCopies(inf, models, target), target);
}

const component = (name: string, content: string): string => `<component name="${name}" processorArchitecture="amd64">${content}</component>`;
const answerFile = `<?xml version="1.0" encoding="utf-8"?>\r\n<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="offlineServicing">${
  component('Microsoft-Windows-LUA-Settings', '<EnableLUA>false</EnableLUA>')}${
  component('Microsoft-Windows-Shell-Setup', '<OEMInformation><Model>A &amp; B</Model></OEMInformation><RegisteredOwner><![CDATA[x]]></RegisteredOwner>')}${
  component('Microsoft-Windows-PnpCustomizationsNonWinPE', '<DriverPaths><PathAndCredentials keyValue="1"><Path>/a/b</Path></PathAndCredentials></DriverPaths>')
}</settings><settings pass="specialize"><!-- c --></settings></unattend>`;
const appList = '<?xml version="1.0"?><AppxProvisionList><Provisioned>\r\n  <Package FullName="A.B_1.0.0.0_x64__abcdefghjkmnp"/>\r\n'
  + '  <Package FullName="A.B_1.0.0.0_neutral_~_abcdefghjkmnp" PackageType="bundle"></Package></Provisioned></AppxProvisionList>';
const regFile = 'Windows Registry Editor Version 5.00\r\n\r\n; c\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\B]\r\n@="d"\r\n"n"=dword:0000000a\r\n"gone"=-\r\n'
  + '"x"=hex(7):61,00,\\\r\n  00,00\r\n"t"="a \\"q\\" \\\\"\r\n"q"=hex(b):01,00,00,00,00,00,00,00\r\n\r\n[-HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\k3]\r\n';

function makeHive(): Buffer {
  const root = new KeyBuilder();
  root.key('A\\B').string('s', 'text').binary('large', Buffer.alloc(20_000, 1)).dword('n', 1);
  for (let index = 0; index < 40; index++) { root.key('A').subkey(`k${index}`).dword('n', index); }
  return writeHive(root);
}

function walk(key: HiveKey, depth = 0): void {
  key.values().forEach(({ data }) => data.length);
  if (depth < 600) { for (const subkey of key.subkeys()) { walk(subkey, depth + 1); } }
}

function applyRegFile(data: Buffer, hive: Buffer): void {
  const { edits } = parseRegFile(data, 'a.reg');
  const editable = EditableHive.parse(hive, 'SOFTWARE');
  applyEdits({ get: () => editable, find: () => editable }, edits, signal);
  // What was written can be read.
  walk(Hive.parse(editable.toFile(), 'SOFTWARE').root);
}

function editHive(data: Buffer): void {
  const hive = EditableHive.parse(data, 'SOFTWARE');
  hive.createKey('A\\New\\Newer').setValue('v', { type: 1, data: Buffer.from('text\0', 'utf16le') });
  hive.createKey('A\\B').setValue('large', { type: 3, data: Buffer.alloc(40_000, 2) });
  hive.removeKey('A\\k3');
  walk(Hive.parse(hive.toFile(), 'SOFTWARE').root);
}

const pieces: Readonly<Record<string, readonly string[]>> = {
  INF: ['[', ']', '"', '""', '%', '%%', '%maker%', '\\', '\\\r\n', ';', '=', ',', '\0', '\r', 'NTamd64', '.', 'Needs=', 'CopyFiles=', '@', 'HKR', '[Strings]', '..\\', 'Include='],
  XML: ['<', '>', '</', '/>', '&', '&#x0;', '&lt;', '&#1114112;', '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', '"', '\'', '=', '<!DOCTYPE a [', '\0', '<component>', ' xmlns:x=""', '\u{1f600}'],
  reg: ['[', ']', '"', '\\', '\\\\', '=', '-', 'hex:', 'hex(', '):', 'dword:', ',', '\r\n', '\0', ';', '@', '[HKEY_LOCAL_MACHINE\\SOFTWARE\\', '[-', 'zz', '"="', 'hex(ffffffff):'],
};

function mutateText(original: Buffer, words: readonly string[], random: Random): Buffer {
  let data = Buffer.from(original);
  for (let change = 1 + below(random, 4); change > 0; change--) {
    const at = below(random, data.length + 1);
    switch (below(random, 5)) {
      case 0: data[Math.min(at, data.length - 1)] = below(random, 256); break;
      case 1: case 2: data = Buffer.concat([data.subarray(0, at), Buffer.from(words[below(random, words.length)] ?? ''), data.subarray(at)]); break;
      case 3: data = Buffer.concat([data.subarray(0, at), data.subarray(Math.min(data.length, at + below(random, 40)))]); break;
      default: {
        const from = below(random, data.length);
        const piece = data.subarray(from, from + below(random, 200));
        data = Buffer.concat([data.subarray(0, at), ...Array.from({ length: random() < 0.05 ? 200 : 1 }, () => piece), data.subarray(at)]);
      }
    }
  }
  return data.length === 0 ? Buffer.from('[') : data;
}

function mutateHive(original: Buffer, random: Random): Buffer {
  const data = Buffer.from(original);
  const begin = random() < 0.2 ? 0 : 4096;
  mutateInPlace(data, begin, begin === 0 ? 512 : Math.min(data.length, 4096 + 6000), random);
  if (random() < 0.9) { sealBaseBlock(data); }
  return random() < 0.03 ? data.subarray(0, below(random, data.length)) : data;
}

interface Target {
  readonly name: string;
  readonly run: (random: Random) => void;
}

function makeTargets(): Target[] {
  const inf = infText({ name: 'fuzz', decoration: 'NTamd64.10.0...16299', moreFiles: ['sub/a.dll', 'b.dll'] });
  const hive = makeHive();
  const later = EditableHive.parse(hive, 'SOFTWARE');
  later.createKey('From the log').setValue('v', { type: 3, data: Buffer.alloc(9000, 3) });
  const [dirty, log] = [dirtyHive(hive, 20), newLog([hive, later.toFile()], 20)];
  const text = (name: string, words: readonly string[], content: string, read: (data: Buffer) => void, wide = true): Target => {
    const forms = [Buffer.from(content), ...wide ? [Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(content, 'utf16le')])] : []];
    for (const form of forms) { read(form); }
    return { name, run: (random) => { read(mutateText(forms[random() < 0.2 ? forms.length - 1 : 0] ?? forms[0] ?? Buffer.alloc(0), words, random)); } };
  };
  const [infWords = [], xmlWords = [], regWords = []] = [pieces['INF'], pieces['XML'], pieces['reg']];
  return [
    text('INF', infWords, inf, readInf),
    text('answer file', xmlWords, answerFile, (data) => { readAnswerFile(data, 'a.xml', 'amd64'); }),
    text('list of apps', xmlWords, appList, (data) => { new ProvisioningList(data).without(() => true); }),
    text('.reg file', regWords, regFile, (data) => { applyRegFile(data, hive); }),
    { name: 'hive, read', run: (random) => { walk(Hive.parse(mutateHive(hive, random), 'SOFTWARE').root); } },
    { name: 'hive, changed', run: (random) => { editHive(mutateHive(hive, random)); } },
    {
      name: 'log of a hive', run: (random) => {
        const changed = Buffer.from(log);
        mutateInPlace(changed, 0, random() < 0.5 ? 1024 : changed.length, random);
        const length = random() < 0.1 ? below(random, log.length) : log.length;
        const replayed = replayLogs(random() < 0.2 ? mutateHive(dirty, random) : dirty, [changed.subarray(0, length)], 'SOFTWARE');
        if (replayed !== undefined) { walk(Hive.parse(replayed.file, 'SOFTWARE').root); }
      },
    },
  ];
}

/** Reads so many changed files. @throws What is no DismError, with the number of the mutation; also where one takes too long or too much memory. */
export async function fuzzServicing(
  _folder: string, seed: number, mutations: number, onProgress: (done: number) => void = () => undefined,
): Promise<FuzzResult> {
  const targets = makeTargets();
  const random = seededRandom(seed);
  const read: Record<string, number> = {};
  let slowestMs = 0;
  for (let done = 0; done < mutations; done++) {
    const { name, run } = targets[done % targets.length] ?? { name: '', run: () => undefined };
    const own = seededRandom(below(random, 2 ** 32));
    const before = cpuTimeMs();
    try {
      run(own);
      read[name] = (read[name] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof DismError)) { throw new Error(`mutation ${done} of seed ${seed} (${name}): ${String(error)}`, { cause: error }); }
    }
    const ms = cpuTimeMs() - before;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > maxMs) { throw new Error(`mutation ${done} of seed ${seed} (${name}) took ${Math.round(ms)} ms`); }
    const bytes = process.memoryUsage.rss();
    if (bytes > maxBytes) { throw new Error(`after mutation ${done} of seed ${seed} (${name}) the process has ${bytes} bytes`); }
    onProgress(done + 1);
  }
  return await Promise.resolve({ mutations, read, slowestMs });
}
