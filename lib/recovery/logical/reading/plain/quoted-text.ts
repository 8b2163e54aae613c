/** Where strings, identifiers, dollar quotes and comments end (the exclusive states of psqlscan.l). */
import { ByteKind, byte, kindOf } from '../text/byte-kinds.ts';

export interface QuotedEnd {
  /** The next byte to look at: after the end, or as far as the bytes at hand can be judged. */
  next: number;
  closed: boolean;
}

/** '…' where backslashes are ordinary; a doubled quote stands for one. */
export function endOfString(bytes: Buffer, from: number, atEnd: boolean): QuotedEnd {
  for (let at = from; ; ) {
    const quote = bytes.indexOf(byte.quote, at);
    if (quote < 0) return { next: bytes.length, closed: false };
    // The next byte tells whether the quote is doubled.
    if (quote + 1 === bytes.length && !atEnd) return { next: quote, closed: false };
    if (bytes[quote + 1] !== byte.quote) return { next: quote + 1, closed: true };
    at = quote + 2;
  }
}

/** E'…', and '…' while standard_conforming_strings is off. */
export function endOfEscapeString(bytes: Buffer, from: number, atEnd: boolean): QuotedEnd {
  const end = bytes.length;
  for (let at = from; at < end; ) {
    const current = bytes[at];
    if (current !== byte.quote && current !== byte.backslash) at++;
    else if (at + 1 === end && !atEnd) return { next: at, closed: false };
    else if (current === byte.backslash || bytes[at + 1] === byte.quote) at += 2;
    else return { next: at + 1, closed: true };
  }
  return { next: end, closed: false };
}

/** "…"; a doubled quote only seems to end it, since the next one begins it again. */
export function endOfIdentifier(bytes: Buffer, from: number): QuotedEnd {
  const quote = bytes.indexOf(byte.doubleQuote, from);
  return quote < 0 ? { next: bytes.length, closed: false } : { next: quote + 1, closed: true };
}

export function endOfDollarQuote(bytes: Buffer, from: number, tag: Buffer): QuotedEnd {
  const found = bytes.indexOf(tag, from);
  if (found >= 0) return { next: found + tag.length, closed: true };
  // The end of these bytes may cut the tag: its first bytes must be looked at again.
  return { next: Math.max(from, bytes.length - tag.length + 1), closed: false };
}

/** The end of line itself is not part of the comment. */
export function endOfLine(bytes: Buffer, from: number): QuotedEnd {
  let at = from;
  while (at < bytes.length && kindOf(bytes, at) !== ByteKind.newline) at++;
  return { next: at, closed: at < bytes.length };
}

/** Block comments nest; `depth` counts those that are open. */
export function endOfComment(bytes: Buffer, from: number, depth: number): QuotedEnd & { depth: number } {
  let open = depth;
  let at = from;
  while (at + 1 < bytes.length && open > 0) {
    const [first, second] = [bytes[at], bytes[at + 1]];
    if (first === byte.star && second === byte.slash) open--;
    else if (first === byte.slash && second === byte.star) open++;
    else {
      at++;
      continue;
    }
    at += 2;
  }
  return { next: at, closed: open === 0, depth: open };
}
