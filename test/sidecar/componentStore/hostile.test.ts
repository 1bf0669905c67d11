/** Every decoder of the component store against thousands of damaged inputs: an error of its own, or bounded data, in bounded time. */
import { describe, expect, it } from 'vitest';
import { readBaseManifest } from '../../../sidecar/src/componentStore/baseManifest.ts';
import { memberHashes } from '../../../sidecar/src/componentStore/catalog.ts';
import { expand } from '../../../sidecar/src/componentStore/compressed.ts';
import { checkDifferential } from '../../../sidecar/src/componentStore/differentials.ts';
import { parseManifest } from '../../../sidecar/src/componentStore/manifest.ts';
import { parseMum } from '../../../sidecar/src/componentStore/mum.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';
import { writeCatalog } from '../../helpers/store/catalogWriter.ts';
import { encodeDcs } from '../../helpers/store/dcs.ts';
import { encodeDcm, encodeDcn } from '../../helpers/store/pa30Encoder.ts';
import { writeWcp } from '../../helpers/store/peWriter.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';

const maxBytes = 256 * 1024;
const mutationsEach = 1250;

const base = Buffer.from('<?xml version="1.0"?><assembly><assemblyIdentity name="" version=""/><file name="" sourceName="" destinationPath="$(runtime.system32)\\"/></assembly>');
const manifest = Buffer.from('<?xml version="1.0"?><assembly><assemblyIdentity name="Fabrikam-Thing" version="1.2.3.4" processorArchitecture="amd64"/>'
  + '<file name="a.dll" sourceName="a.dll" destinationPath="$(runtime.system32)\\" hash="0123456789012345678901234567890123456789"><link destination="$(runtime.windows)\\b"/></file>'
    .repeat(20) + '</assembly>');
const mum = Buffer.from('<assembly displayName="&lt;x&gt;"><assemblyIdentity name="Fabrikam-Package" version="1.2.3.4"/><package releaseType="Update">'
  + '<update name="x"><selectable disposition="staged"/><component><assemblyIdentity name="y" version="1.0"/></component></update>'
  + '<declareCapability><capability><capabilityIdentity name="z" version="1.0"/></capability></declareCapability></package></assembly>');

/** Changes bits, bytes and numbers, cuts, repeats and moves pieces. */
function mutate(data: Buffer, random: () => number): Buffer {
  let result = Buffer.from(data);
  for (let changes = 1 + Math.floor(random() ** 3 * 8); changes > 0; changes--) {
    const at = Math.floor(random() * result.length);
    const kind = random();
    if (kind < 0.4) {
      result[at] = (result[at] ?? 0) ^ 1 << Math.floor(random() * 8);
    } else if (kind < 0.55) {
      result[at] = Math.floor(random() * 256);
    } else if (kind < 0.7) {
      result.subarray(at, at + 1 + Math.floor(random() * 8)).fill(random() < 0.5 ? 0 : 0xff);
    } else if (kind < 0.8) {
      result = result.subarray(0, at);
    } else if (kind < 0.9) {
      result = Buffer.concat([result.subarray(0, at), result.subarray(Math.floor(random() * (at + 1)))]);
    } else {
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + Math.floor(random() * 16))]);
    }
  }
  return result;
}

async function expandedBytes(data: Buffer): Promise<number> {
  return Math.max(...(await expand(data, [base], { maxBytes })).map((candidate) => candidate.data.length));
}

const text = Buffer.alloc(20_000, 'what a payload file may hold, ');
const cases: readonly [string, () => Buffer | Promise<Buffer>, (data: Buffer) => unknown][] = [
  ['DCM', () => encodeDcm(manifest, base), expandedBytes],
  ['DCM in blocks', () => encodeDcm(manifest, base, { codes: 'explicit', blocks: 3, random: seededRandom(1) }), expandedBytes],
  ['DCN', () => encodeDcn(text, { codes: 'explicit' }), expandedBytes],
  ['DCS', async () => await encodeDcs(text, 4096), expandedBytes],
  ['a base manifest', () => writeWcp(base), (data) => readBaseManifest(data).length],
  ['a manifest', () => manifest, (data) => parseManifest(data).files.length],
  ['a package', () => mum, (data) => parseMum(data).updates.length],
  ['a catalog', () => writeCatalog([base, manifest, mum], 'x'), (data) => memberHashes(data)?.size ?? 0],
  ['a differential', () => Buffer.from('\0\0\0\0PA30 and more'), (data) => checkDifferential(data).length],
];

describe('decoders', () => {
  it.each(cases)('survive damage of %s', async (_, make, decode) => {
    const whole = await make();
    const random = seededRandom(whole.length);
    const before = process.memoryUsage().arrayBuffers;
    const started = cpuTimeMs();
    let slowest = 0;
    for (let round = 0; round < mutationsEach; round++) {
      const data = mutate(whole, random);
      const roundStarted = cpuTimeMs();
      try {
        expect(await decode(data)).toBeLessThanOrEqual(maxBytes);
      } catch (error) {
        if (!(error instanceof Error) || !['StoreFormatError', 'UnsupportedFormatError'].includes(error.name)) {
          throw new Error(`Round ${round}: ${data.toString('base64')}`, { cause: error });
        }
      }
      slowest = Math.max(slowest, cpuTimeMs() - roundStarted);
    }
    expect(slowest).toBeLessThan(2000);
    expect(cpuTimeMs() - started).toBeLessThan(30_000);
    // What one input may take is a few times the limit; what is left behind by all of them is not a multiple of their number.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(mutationsEach * maxBytes / 4);
  });
});
