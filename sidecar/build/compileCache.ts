/** Takes out of Node.js the one variable that names code to run and that no option of the executable switches off. */

/** As the C string that node::Environment asks for. */
const name = Buffer.from('\0NODE_COMPILE_CACHE\0', 'latin1');

/**
 * Blanks the name in a Node.js binary, so that it asks for a variable with an empty name, which cannot exist.
 *
 * With NODE_COMPILE_CACHE set, an executable takes the compiled form of its own script from that folder. Only length and checksums are
 * compared, so who can set the variable and write a file there runs code in it; this was seen to work.
 */
export function disableCompileCache(binary: Buffer): void {
  const offset = binary.indexOf(name);
  if (offset < 0 || binary.includes(name, offset + 1)) {
    throw new Error('This Node.js does not ask for NODE_COMPILE_CACHE in the one place that is known: look how it does now');
  }
  binary.fill(0, offset, offset + name.length);
}
