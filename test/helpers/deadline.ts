/**
 * How long a test waits for what has to happen, in milliseconds. Nothing takes so long, but on a busy machine most things take longer
 * than one would think; only a test that fails waits to the end.
 */
export const deadlineMs = 150_000;
