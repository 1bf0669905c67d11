/** Some thousands of changed virtual disks; `npm run fuzz` reads 50,000. */
import { expect, test } from 'vitest';
import { fuzzDisks } from '../../helpers/diskFuzz.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

test('a changed virtual disk ends in a value or a typed error, in bounded time, and nobody reads outside of it', async () => {
  const { read } = await fuzzDisks(tempFolder(), 20_260, 3000);
  // Were all refused at once, this would prove little.
  for (const name of ['dynamic VHD', 'fixed VHD', 'VHDX', 'GPT', 'MBR', 'NTFS']) { expect(read[name], name).toBeGreaterThan(3); }
});
