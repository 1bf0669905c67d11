/** Time that does not pass while other programs have the processor. */

/** Milliseconds of processor time that this process has used. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
