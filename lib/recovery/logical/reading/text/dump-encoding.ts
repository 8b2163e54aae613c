/** Character encodings of plain dumps, by PostgreSQL's names (src/common/encnames.c). */
import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { Codec } from '../../dump/dump-stream.ts';

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

/** Every name and alias of an encoding (pg_encname_tbl), without punctuation. */
const knownEncodings: ReadonlySet<string> = new Set(
  (
    'abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913 iso885914 iso885915 ' +
    'iso885916 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8 koi8r koi8u latin1 ' +
    'latin10 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 mskanji muleinternal shiftjis shiftjis2004 sjis ' +
    'sqlascii tcvn tcvn5712 uhc unicode utf8 vscii win win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 ' +
    'win1258 win866 win874 win932 win936 win949 win950 windows1250 windows1251 windows1252 windows1253 windows1254 ' +
    'windows1255 windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949 windows950'
  ).split(' '),
);

/** Whether PostgreSQL knows an encoding of this name. */
export const isKnownEncoding = (name: string): boolean => knownEncodings.has(normal(name));

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
