/** A restore that is killed at any point leaves each file as it was or as it should be, and the next one finishes the work. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { flipByte, truncateFile } from '../../helpers/store/damage.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { bundleHealthChild, canTrace, runTraced } from '../../helpers/store/tracedHealth.ts';
import { listTree, treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const store = await makeStore();
const program = await bundleHealthChild();

/** System calls of a restore that change something, and the first few times that each happens. */
const kills = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((when) => ['rename', when] as const),
  ...[1, 2, 4].map((when) => ['fsync', when] as const),
  ...[1, 2, 3, 4].map((when) => ['link', when] as const),
];

it.skipIf(!canTrace).each(kills)('a restore that is killed at %s number %i can be repeated', (call, when) => {
  const folder = tempFolder();
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  const { core, linked, blanks, font } = store.byName;
  const lost = [core.manifestPath, blanks.files[0]?.path ?? ''];
  for (const path of lost) { rmSync(join(image, path)); }
  flipByte(join(image, linked.files[0]?.path ?? ''), 100);
  truncateFile(join(image, font.files[0]?.path ?? ''));
  // A name of it is in a folder that no scan looks at: it has to be mended with the others, or never.
  flipByte(join(image, store.packages.foundation.storeCatalogPath), 100);
  const damaged = treeDifferences(store, image, { lost });

  const killed = runTraced(program, folder, ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`], ['restore', image, source]);
  expect({ output: killed.output, signal: killed.signal }).toEqual({ output: undefined, signal: 'SIGKILL' });
  // No file is half a file: whatever differs now did so before, but for a temporary file and names not yet linked again.
  const content = (differences: readonly string[]): string[] => differences.filter((text) => text.endsWith('has other content') || text.endsWith('is missing'));
  expect(damaged).toEqual(expect.arrayContaining(content(treeDifferences(store, image, { lost }))));

  const resumed = runTraced(program, folder, ['-e', 'trace=none'], ['restore', image, source]);
  expect(resumed.output, resumed.stderr).toMatchObject({ imageHealthState: 'Healthy', failure: null });
  expect(treeDifferences(store, image, { lost })).toEqual([]);
  expect(listTree(image).filter((path) => path.includes('.dismts-'))).toEqual([]);
});
