/** Character encodings of plain dumps, by PostgreSQL's names (src/common/encnames.c). */
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { Codec } from '../../dump-stream.ts';
import { dumpError } from '../dump-error.ts';

const normal = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Encodings whose multibyte characters may contain ASCII bytes, quotes and backslashes among them; they are client-only
 * in PostgreSQL. Their iconv-lite name, null where it has none.
 */
const embedsAscii: Record<string, string | null> = {
  sjis: 'cp932',
  shiftjis: 'cp932',
  mskanji: 'cp932',
  win932: 'cp932',
  windows932: 'cp932',
  big5: 'cp950',
  win950: 'cp950',
  windows950: 'cp950',
  gbk: 'cp936',
  win936: 'cp936',
  windows936: 'cp936',
  uhc: 'cp949',
  win949: 'cp949',
  windows949: 'cp949',
  gb18030: 'gb18030',
  johab: null,
  shiftjis2004: null,
};

/** Other encodings whose name iconv-lite does not know by PostgreSQL's word. */
const iconvNames: Record<string, string> = {
  euccn: 'gb2312',
  eucjis2004: 'eucjp',
  win: 'win1251',
  alt: 'cp866',
  koi8: 'koi8r',
};

export const isUtf8Name = (encoding: string): boolean => ['utf8', 'unicode'].includes(normal(encoding));

/** True when text in this encoding must be converted before a byte-wise lexer may look at it. */
export const mustTranscode = (encoding: string): boolean => normal(encoding) in embedsAscii;

export const sameEncoding = (one: string, other: string): boolean =>
  normal(one) === normal(other) || (isUtf8Name(one) && isUtf8Name(other));

/**
 * A streaming decoder from such an encoding to UTF-8; call it with null at the end. `onInvalid` is called when bytes
 * are not valid in the encoding (they become U+FFFD).
 * @throws DrillError DUMP_UNREADABLE for the two encodings that no converter is at hand for.
 */
export function transcoderFrom(encoding: string, onInvalid: () => void): (piece: Buffer | null) => Buffer {
  const name = embedsAscii[normal(encoding)];
  if (name === null || name === undefined) {
    throw dumpError(
      'DUMP_UNREADABLE',
      `the dump is in ${encoding}, which this release cannot convert; dump with --encoding=UTF8`,
    );
  }
  const decoder = iconv.getDecoder(name);
  return (piece) => {
    const text = piece === null ? (decoder.end() ?? '') : decoder.write(piece);
    if (text.includes('\ufffd')) onInvalid();
    return Buffer.from(text, 'utf8');
  };
}

/** How a statement's bytes become a string that gives the same bytes back; `invalid` when UTF8 was promised and broken. */
export function decodeStatement(
  bytes: Buffer,
  encoding: string | null,
): { sql: string; codec: Codec; invalid: boolean } {
  if (isAscii(bytes)) return { sql: bytes.toString('latin1'), codec: 'utf8', invalid: false };
  const promised = encoding === null || isUtf8Name(encoding);
  if (promised && isUtf8(bytes)) return { sql: bytes.toString('utf8'), codec: 'utf8', invalid: false };
  return { sql: bytes.toString('latin1'), codec: 'binary', invalid: promised && encoding !== null };
}

/** A name from a statement as the catalog shows it: names in `binary` text are decoded by the dump's encoding. */
export function decodeName(name: string, codec: Codec, encoding: string | null): string {
  if (codec === 'utf8') return name;
  const bytes = Buffer.from(name, 'latin1');
  if (encoding === null || isAscii(bytes)) return name;
  const key = normal(encoding);
  const iconvName = iconvNames[key] ?? key;
  if (key === 'sqlascii') return isUtf8(bytes) ? bytes.toString('utf8') : name;
  return iconv.encodingExists(iconvName) ? iconv.decode(bytes, iconvName) : name;
}
