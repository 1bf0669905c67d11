/** Doing something without being root, in tests that run as root. */

/** User and group `nobody`. */
export const nobodyId = 65534;

/** Whether the tests run as root; those that need it are skipped otherwise, with a line that says so. */
export const isRoot = process.geteuid?.() === 0;
if (!isRoot) {
  process.stderr.write('skipped: tests that mount or give up rights need to run as root\n');
}

/** Runs `body` with the rights of user `nobody`: this process has them until the promise is settled. */
export async function asNobody<T>(body: () => Promise<T>): Promise<T> {
  process.setegid?.(nobodyId);
  process.seteuid?.(nobodyId);
  try {
    return await body();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
