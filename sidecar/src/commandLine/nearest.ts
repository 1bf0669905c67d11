/** What a user may have meant who typed a word that does not exist. */

/** `; did you mean "x"?`, or nothing where no candidate is near. */
export function nearest(word: string, candidates: readonly string[]): string {
  const found = candidates.map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) * 0.4)))
    .sort((a, b) => a.distance - b.distance)[0];
  return found === undefined ? '' : `; did you mean "${found.candidate}"?`;
}

/** Letters to insert, delete, replace or swap with their neighbour (Damerau, restricted). */
function editDistance(a: string, b: string): number {
  // A word as long as that was never near anything.
  if (Math.abs(a.length - b.length) > 10) { return 100; }
  let [older, previous, current]: [number[], number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j), []];
  for (let i = 1; i <= a.length; i += 1) {
    current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      let least = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) { least = Math.min(least, (older[j - 2] ?? 0) + 1); }
      current.push(least);
    }
    [older, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
