/** Bytes that a tool wrote as lines of base64, so that they survive mail and terminals. */
import { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

/** Longest line that is waited for; armor has lines of 64 to 76 characters, `openssl enc -A` writes one without an end. */
const longestLineBytes = 1024 * 1024;

/**
 * Decodes armored content between `-----BEGIN <label>-----` and `-----END <label>-----`: of age (RFC 7468, strict) and of OpenPGP
 * (RFC 9580 6.2: headers up to an empty line, a checksum that begins with `=`).
 * @throws DrillError DUMP_TRUNCATED without the last line, DUMP_CORRUPT for a line that is no base64
 */
export function unarmored(source: ByteSource, label: string): ByteSource {
  return new ByteSource(armoredContent(source, label));
}

async function* armoredContent(source: ByteSource, label: string): AsyncGenerator<Buffer, void, undefined> {
  let inHeaders = false;
  let isBegun = false;
  const decoder = new Base64();
  for await (const line of lines(source)) {
    if (!isBegun) {
      if (line === '') continue;
      isBegun = true;
      // The first line decided that this is armor; what follows it may be headers only in OpenPGP.
      inHeaders = label.startsWith('PGP');
      continue;
    }
    if (line === `-----END ${label}-----`) {
      decoder.end();
      while ((await source.readPiece()) !== null);
      return;
    }
    if (inHeaders && (line === '' || /^[A-Za-z]+: /.test(line))) {
      inHeaders = line !== '';
      continue;
    }
    inHeaders = false;
    // The checksum of 24 bits is no more than a hint (RFC 9580: must not be required); the content carries a better one.
    if (/^=[A-Za-z0-9+/]{4}$/.test(line)) continue;
    const bytes = decoder.decode(line);
    if (bytes.length > 0) yield bytes;
  }
  throw dumpError('DUMP_TRUNCATED', `the armored data end without the line END ${label}`);
}

/**
 * Decodes plain lines of base64, as `openssl enc -a` writes them.
 * @throws DrillError DUMP_TRUNCATED when the last group is not whole, DUMP_CORRUPT for a line that is no base64
 */
export function unBase64(source: ByteSource): ByteSource {
  return new ByteSource(
    (async function* () {
      const decoder = new Base64();
      for await (const line of lines(source)) {
        const bytes = decoder.decode(line);
        if (bytes.length > 0) yield bytes;
      }
      decoder.end();
    })(),
  );
}

/** Groups of four characters, over the ends of lines. */
class Base64 {
  #rest = '';
  #isPadded = false;
  #lines = 0;

  decode(line: string): Buffer {
    this.#lines += 1;
    const text = this.#rest + line;
    if (line !== '' && (this.#isPadded || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)))
      throw dumpError('DUMP_CORRUPT', `the encrypted data hold no base64 in their line ${this.#lines}`);
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    this.#isPadded = text.endsWith('=');
    return Buffer.from(text.slice(0, whole), 'base64');
  }

  end(): void {
    if (this.#rest === '') return;
    throw dumpError(
      'DUMP_TRUNCATED',
      `the base64 of the encrypted data ends inside a group, in line ${this.#lines}`,
    );
  }
}

/** Lines without their ends; a longer one comes in parts. */
async function* lines(source: ByteSource): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for (let piece = await source.readPiece(); piece !== null; piece = await source.readPiece()) {
    const parts = (rest + piece.toString('latin1')).split('\n');
    rest = parts.pop() as string;
    for (const line of parts) yield line.trim();
    if (rest.length > longestLineBytes) {
      yield rest.trim();
      rest = '';
    }
  }
  if (rest.trim() !== '') yield rest.trim();
}
