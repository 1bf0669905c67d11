/** Symbolic links that Linux can follow, and Windows cannot. */
import { printable } from '../printable.ts';
import type { Noted } from './noted.ts';

/**
 * Whether Windows makes something else of what a link leads to. An image has `\` where Linux has `/`, and the reverse: so Linux gets the target back as it
 * was, but a name with a backslash becomes one with a slash, which no file of Windows can have.
 */
export function isAwkwardTarget(target: string): boolean {
  return target.includes('\\');
}

/** A sentence for the user where there are any. */
export function awkwardLinks(links: Noted): string | undefined {
  return links.count === 0 ? undefined : printable(`Windows cannot follow these links, for a backslash is part of a name in what they lead to: ${String(links)}`);
}
