/** How the TypeScript tests are found and run. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { deadlineMs } from './test/helpers/deadline.ts';

// Files that tests make are for other users to read as well, unless a test says otherwise.
process.umask(0o022);

export default defineConfig({
  resolve: {
    alias: { '@dismts/protocol': fileURLToPath(new URL('protocol/src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Native code runs in the tests: a crash must take down one file, not the run.
    pool: 'forks',
    // Tests mount images and compress; more at once only makes their deadlines miss.
    maxWorkers: 2,
    // Longer than what tests wait for, so that they can say what did not happen. How long a test takes says nothing: the machine may be slow, or
    // busy with other things.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // vitest itself would wait one second.
    expect: { poll: { timeout: deadlineMs } },
    // A promise that nobody waits for is a bug.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
