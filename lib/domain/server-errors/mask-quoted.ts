import type { KnownNames } from './known-names.ts';

const quotePairs = /"([^"]*)"|'([^']*)'|[“„«]([^”“»]*)[”“»]/g;

/**
 * Replaces "…", '…', “…”, «…» and „…“ (servers speak many languages) unless the quoted name is known. What is quoted may hold
 * quotes itself, so from the first name that is not known to the last quote nothing is shown.
 */
export function maskQuoted(message: string, names: KnownNames): string {
  for (const found of message.matchAll(quotePairs)) {
    if (names.hasPath(found[1] ?? found[2] ?? found[3] ?? '')) continue;
    const last = Math.max(...['"', "'", '”', '“', '»'].map((quote) => message.lastIndexOf(quote)));
    return `${message.slice(0, found.index)}"…"${message.slice(last + 1)}`;
  }
  // An unpaired quote starts something that did not end on this line.
  const odd = (message.match(/"/g)?.length ?? 0) % 2 === 1;
  return odd ? `${message.slice(0, message.lastIndexOf('"'))}…` : message;
}
