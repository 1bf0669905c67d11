/** The version of DismTs that this executable is. */

/** Same as in package.json, which a test checks: a bundle has no package.json to read. */
export const version = '0.1.0';
