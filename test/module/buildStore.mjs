/**
 * Builds an image with a component store for the tests of the module: `node buildStore.mjs FOLDER [WIM [DRIVERS]]`, with a Node.js that strips types.
 * DRIVERS becomes a folder with two signed driver packages. Prints as JSON what the tests damage: paths below the folder.
 */
import { join } from 'node:path';
import { makeDriverPackage, writeDriverPackage } from '../helpers/store/driverPackage.ts';
import { buildStore, captureStore } from '../helpers/store/syntheticImage.ts';

const [folder, wim, drivers] = process.argv.slice(2);
const store = await buildStore(folder);
if (wim !== undefined) { await captureStore(folder, wim); }
if (drivers !== undefined) {
  for (const name of ['first', 'second']) { writeDriverPackage(join(drivers, name), makeDriverPackage({ name })); }
}
const component = store.byName.core;
const file = component.files.find(({ spec, destinations }) => (spec.form ?? 'plain') === 'plain' && destinations.length > 0 && spec.data.length > 0);
process.stdout.write(`${JSON.stringify({
  component: component.keyform, file: file.storePath, payload: file.path, link: file.destinations[0], manifest: component.manifestPath,
  packages: Object.values(store.packages).map(({ name, mumPath }) => ({ name, mum: mumPath })),
})}\n`);
