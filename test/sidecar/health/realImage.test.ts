/** Scans a real image, where there is one to scan: see test/fixtures/store/README.md. It is only read. */
import { expect, it } from 'vitest';
import { check, scan, useStateIn } from '../../helpers/store/healthRun.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const image = process.env['DISMTS_TEST_IMAGE'];
if (image === undefined) {
  process.stderr.write('skipped: tests of a real image need DISMTS_TEST_IMAGE, the root folder of an applied or mounted Windows image\n');
}
/** Reading a whole store takes its time. */
const timeoutMs = 60 * 60 * 1000;

it.skipIf(image === undefined)('a real image is read as it is meant', { timeout: timeoutMs }, async () => {
  const path = image ?? '';
  useStateIn(tempFolder());
  const checked = await check(path);
  expect(checked.findings.filter(({ state }) => state === 'Found')).toEqual([]);
  const { counts, findings, imageHealthState } = await scan(path);
  process.stdout.write(`${JSON.stringify({ imageHealthState, counts }, null, 2)}\n`);
  for (const { class: kind, component, file, state, reason } of findings.filter((row) => row.state !== 'Noted').slice(0, 50)) {
    process.stdout.write(`${state}\t${kind}\t${component}\t${file}\t${reason}\n`);
  }
  expect(counts.manifestsChecked).toBeGreaterThan(0);
  expect(counts.csiManifest).toBeLessThanOrEqual(counts.manifestsChecked / 100);
  expect(counts.csiPayload).toBeLessThanOrEqual(counts.filesChecked / 100);
  expect(counts.cbsManifest).toBeLessThanOrEqual(counts.packagesChecked / 100);
});
