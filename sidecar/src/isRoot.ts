/** Whether this process acts as user 0, who may do everything on Linux; false on Windows. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
