/** What names Windows takes (Naming Files, Paths, and Namespaces), and which of them are one to it. */

/** Names that no file of Windows can have. */
export function isImpossibleOnWindows(name: string): boolean {
  return /[<>:"|?*\\/\0-\u001f]/.test(name);
}

/** Names that a file on NTFS can have, but hardly any program can open. */
export function isAwkwardOnWindows(name: string): boolean {
  return /[. ]$/.test(name) || /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i.test(name);
}

/** Names that are equal afterwards are one name on NTFS: it compares unit by unit, and nothing becomes longer. */
export function foldName(name: string): string {
  // Most are, and all of the others take ten times as long.
  if (/^[\0-\x7f]*$/.test(name)) { return name.toUpperCase(); }
  return name.replace(/[^\0-@]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 ? upper : unit;
  });
}
