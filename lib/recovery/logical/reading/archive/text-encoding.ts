/** The encoding of an archive's text: what is decoded, what is transcoded, what passes through as bytes. */
import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { Codec } from '../../dump/dump-stream.ts';
import { decodeName } from '../text/dump-encoding.ts';

/**
 * Client-only encodings: a second byte may look like an ASCII character (a backslash above all), so their text is
 * made UTF-8 before anything looks at it. Names are iconv-lite's for the code pages that PostgreSQL maps with
 * (src/backend/utils/mb/Unicode). JOHAB and SHIFT_JIS_2004 are unknown to iconv-lite and pass through as bytes; the
 * server converts them.
 */
const transcoded: Record<string, string> = {
  SJIS: 'shift_jis',
  BIG5: 'cp950',
  GBK: 'gbk',
  UHC: 'cp949',
  GB18030: 'gb18030',
};

/** U+FFFD, which iconv-lite puts where bytes are not valid; of these encodings only GB18030 can hold it itself. */
const replacement = '\ufffd';

export class TextEncoding {
  /** As the archive names it. */
  readonly name: string;
  readonly #from: string | null;

  constructor(name: string) {
    this.name = name;
    this.#from = transcoded[name] ?? null;
  }

  /** Encoding of the text and rows that the reader yields. */
  get yielded(): string {
    return this.#from === null ? this.name : 'UTF8';
  }

  /** True when texts are the same in every codec, and need no decoding. */
  isPlain(texts: (string | null)[]): boolean {
    return texts.every((text) => text === null || isAscii(text));
  }

  /** The codec that fits all of these texts, each given as one character per byte. */
  codecOf(texts: (string | null)[]): Codec {
    if (this.#from !== null) return 'utf8';
    if (this.name !== 'UTF8') return 'binary';
    for (const text of texts) {
      if (text !== null && !isAscii(text) && !isUtf8(Buffer.from(text, 'latin1'))) return 'binary';
    }
    return 'utf8';
  }

  /** @throws DrillError ENCODING_INVALID when the bytes are not of the encoding they must be transcoded from. */
  decode(text: string, codec: Codec): string {
    if (codec === 'binary' || isAscii(text)) return text;
    const bytes = Buffer.from(text, 'latin1');
    if (this.#from === null) return bytes.toString('utf8');
    return this.#checked(iconv.decode(bytes, this.#from), 'the table of contents');
  }

  /** A name that was taken from text of this codec, as the catalog shows it. */
  shown(name: string, codec: Codec): string {
    return isAscii(name) ? name : decodeName(name, codec, this.yielded);
  }

  /** Data of one entry in the yielded encoding. @throws DrillError ENCODING_INVALID. */
  async *transcode(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    if (this.#from === null) {
      yield* chunks;
      return;
    }
    const decoder = iconv.getDecoder(this.#from);
    for await (const chunk of chunks) {
      const text = this.#checked(decoder.write(chunk), 'the data');
      if (text.length > 0) yield Buffer.from(text, 'utf8');
    }
    const rest = decoder.end() ?? '';
    if (rest.length > 0) yield Buffer.from(this.#checked(rest, 'the data'), 'utf8');
  }

  #checked(text: string, where: string): string {
    if (this.name !== 'GB18030' && text.includes(replacement)) {
      throw dumpError('ENCODING_INVALID', `${where} holds bytes that are not valid ${this.name}`);
    }
    return text;
  }
}

/** Text of bytes in the way that `Statement` wants it. */
export function textOfBytes(bytes: Buffer, encoding: TextEncoding): { sql: string; codec: Codec } {
  const utf8 = encoding.yielded === 'UTF8' && isUtf8(bytes);
  return utf8
    ? { sql: bytes.toString('utf8'), codec: 'utf8' }
    : { sql: bytes.toString('latin1'), codec: 'binary' };
}

const isAscii = (text: string): boolean => !/[\u0080-\uffff]/.test(text);
