/** Wildcards of PowerShell, for a first choice that the client makes again. */

/** The characters that have a meaning in a regular expression. */
const special = /[\\^$.*+?()[\]{}|]/g;

/**
 * Whether a name matches: `*`, `?`, sets such as `[a-z]`, and a backtick before what is meant literally; in any case. What cannot be read as
 * wildcards matches everything.
 */
export function wildcard(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) { return () => true; }
  const parts = pattern.matchAll(/`(.)|\[([^\]]+)\]|([*?])|([^`[*?]+)|(.)/gsu);
  let expression = '';
  for (const [, escaped, set, sign, literal, unreadable] of parts) {
    if (unreadable !== undefined) { return () => true; }
    if (set !== undefined) {
      // A dash stands for a range, as there; nothing else has a meaning.
      expression += `[${set.replaceAll(/[\\^\]]/g, '\\$&')}]`;
    } else {
      expression += sign === '*' ? '.*' : sign === '?' ? '.' : (escaped ?? literal ?? '').replaceAll(special, '\\$&');
    }
  }
  try {
    const matcher = new RegExp(`^${expression}$`, 'is');
    return (name) => matcher.test(name);
  } catch {
    return () => true;
  }
}
