/** A program that changes two hives of an image as one, for tests that kill it. Its result is its output. */
import { DismError } from '../../../sidecar/src/errors.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { changeImage } from '../../../sidecar/src/servicing/imageChange.ts';

const [path = '', value = ''] = process.argv.slice(2);
const image = new WritableFolderImage(path);

changeImage(image, ['SOFTWARE', 'SYSTEM'], { windows: 'Windows', signal: new AbortController().signal, warn: () => undefined }, (hives) => {
  for (const name of ['SOFTWARE', 'SYSTEM']) { hives.get(name).createKey('Test').setValue('v', { type: 1, data: Buffer.from(`${value}\0`, 'utf16le') }); }
}).then(() => {
  process.stdout.write(JSON.stringify('done'));
}, (error: unknown) => {
  if (!(error instanceof DismError)) { throw error; }
  process.stdout.write(JSON.stringify({ error: error.symbol, message: error.message }));
});
