/** Some thousands of changed WIM files and parts of them; `npm run fuzz` reads 100,000. */
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { fuzzWims } from '../../helpers/wimFuzz.ts';

test('a changed WIM file ends in a value or a typed error, in bounded time and memory', async () => {
  const { read } = await fuzzWims(tempFolder(), 20_260, 4000);
  // Were all refused at once, this would prove little.
  for (const name of ['metadata', 'XML', 'blob table', 'solid', 'LZX', 'pipable', 'small']) { expect(read[name], name).toBeGreaterThan(3); }
});
