/** Things of one kind that were found, for a message that names a few. */

/** Names in the result are the first few of their kind. */
const maxNamed = 20;

/** Things of one kind: how many, and the paths of the first. */
export class Noted {
  count = 0;
  readonly paths: string[] = [];

  add(path: string): void {
    this.count++;
    if (this.paths.length < maxNamed) { this.paths.push(path); }
  }

  /** Such as `"a", "b" and 3 more`. */
  toString(): string {
    const shown = this.paths.slice(0, 5).map((path) => `"${path}"`);
    const more = this.count - shown.length;
    return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
  }
}
