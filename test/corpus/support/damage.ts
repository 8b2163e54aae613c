/** Ways in which the bytes of a dump go bad. Each throws when it would change nothing. */
import { gzipSync } from 'node:zlib';

export const zeroed = (content: Buffer, at: number, bytes = 4096): Buffer => {
  const damaged = Buffer.from(content);
  damaged.fill(0, at, at + bytes);
  return changed(content, damaged);
};

/** A block is replaced by another block of the same file. */
export const blockReplaced = (content: Buffer, to: number, from: number, bytes: number): Buffer => {
  const damaged = Buffer.from(content);
  content.copy(damaged, to, from, from + bytes);
  return changed(content, damaged);
};

export const inserted = (content: Buffer, at: number, what: string | Buffer): Buffer =>
  Buffer.concat([content.subarray(0, at), Buffer.from(what as string), content.subarray(at)]);

export const without = (text: string, what: string | RegExp): string => replaced(text, what, '');

export const replaced = (text: string, what: string | RegExp, by: string): string => {
  const damaged = text.replace(what, () => by);
  if (damaged === text) throw new Error(`nothing to damage: ${what}`);
  return damaged;
};

/** The text up to and with the first match. */
export const cutAfter = (text: string, what: RegExp): string => {
  const match = what.exec(text);
  if (match === null) throw new Error(`nothing to cut after: ${what}`);
  return text.slice(0, match.index + match[0].length);
};

/** The first row of a table's COPY block, with its newline. */
export const firstRow = (text: string, table: string): string => {
  const start = rowsStart(text, table);
  return text.slice(start, text.indexOf('\n', start) + 1);
};

export const withRow = (text: string, table: string, row: string): string => {
  const start = rowsStart(text, table);
  return text.slice(0, start) + row + text.slice(start);
};

/** Members of a gzip file, one for each piece. */
export const gzipMembers = (...pieces: Buffer[]): Buffer =>
  Buffer.concat(pieces.map((piece) => gzipSync(piece)));

/** A tar without one of its members. */
export const withoutMember = (tar: Buffer, isMember: (name: string) => boolean): Buffer => {
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const next = at + 512 + Math.ceil(size / 512) * 512;
    if (isMember(name)) return Buffer.concat([tar.subarray(0, at), tar.subarray(next)]);
    at = next;
  }
  throw new Error('the tar has no such member');
};

function rowsStart(text: string, table: string): number {
  const copy = text.indexOf(`\nCOPY ${table} (`);
  if (copy < 0) throw new Error(`no COPY of ${table}`);
  return text.indexOf('\n', copy + 1) + 1;
}

function changed(before: Buffer, after: Buffer): Buffer {
  if (before.equals(after)) throw new Error('nothing was damaged');
  return after;
}
