/** How the TypeScript tests are found and run. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    // Longer than what tests wait for (test/helpers/deadline.ts), so that they can say what did not happen.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // A promise that nobody waits for is a bug.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
