import type { Wrapping } from '../../../domain/backup/dump.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { ByteSource } from './bytes/byte-source.ts';
import { dumpError } from './bytes/dump-error.ts';
import { defaultReadingLimits, type ReadingLimits, unpacksTooFar } from './bytes/reading-limits.ts';
import { decompressBzip2 } from './compression/bzip2.ts';
import { decompressGzip } from './compression/gzip.ts';
import { decompressLz4 } from './compression/lz4.ts';
import { decryptOpenssl } from './compression/openssl.ts';
import { decompressXz } from './compression/xz.ts';
import { decompressZstd } from './compression/zstd.ts';
import { type Recognised, recognise, startBytes } from './recognise.ts';

/** Wrappings inside each other; more is no backup but a bomb. */
const maxWrappings = 4;

export interface Unwrapped {
  bytes: ByteSource;
  /** Outermost first. */
  wrappings: Wrapping[];
  recognised: Exclude<Recognised, { kind: 'wrapping' | 'refused' }>;
  /** Grows while the content is read: oddities of the wrappings. */
  findings: Finding[];
}

/**
 * Takes off compression and encryption, whatever is found in whatever order.
 * @throws DrillError DUMP_EMPTY, DUMP_NOT_A_DUMP, DUMP_ENCRYPTED, DECRYPTION_FAILED, PHYSICAL_BACKUP,
 * COMPRESSION_UNKNOWN, DECOMPRESSION_LIMIT, DUMP_TRUNCATED, DUMP_CORRUPT
 */
export async function unwrap(
  outermost: ByteSource,
  passphrase: string | null,
  limits: ReadingLimits = defaultReadingLimits,
): Promise<Unwrapped> {
  const wrappings: Wrapping[] = [];
  const findings: Finding[] = [];
  for (let bytes = outermost; ; ) {
    const recognised = recognise(await bytes.peek(startBytes));
    if (recognised.kind !== 'wrapping') {
      if (recognised.kind === 'refused') throw refusal(recognised, wrappings);
      return { bytes, wrappings, recognised, findings };
    }
    const { wrapping } = recognised;
    if (wrappings.length === maxWrappings) {
      throw dumpError('COMPRESSION_UNKNOWN', `it is wrapped more than ${maxWrappings} times`);
    }
    // The decoder exists once: one stream waiting for another inside it would wait for ever.
    if (wrapping === 'xz' && wrappings.includes('xz'))
      throw dumpError('COMPRESSION_UNKNOWN', 'it is xz inside xz');
    wrappings.push(wrapping);
    bytes = new ByteSource(
      freeing(bytes, bounded(outermost, content(bytes, wrapping, passphrase, findings), limits)),
    );
  }
}

function content(
  bytes: ByteSource,
  wrapping: Exclude<Wrapping, 'tar'>,
  passphrase: string | null,
  findings: Finding[],
): AsyncIterable<Buffer> {
  switch (wrapping) {
    case 'gzip':
      return decompressGzip(bytes, (position) => {
        const message = `Bytes that are no gzip follow the compressed data, from byte ${position} on; they were left out.`;
        findings.push(finding('DUMP_HEADER_ODD', message));
      });
    case 'zstd':
      return decompressZstd(bytes);
    case 'xz':
      return decompressXz(bytes);
    case 'bzip2':
      return decompressBzip2(bytes);
    case 'lz4':
      return decompressLz4(bytes.pieces());
    case 'openssl':
      if (passphrase === null) throw dumpError('DUMP_ENCRYPTED', 'it is encrypted with openssl');
      return decryptOpenssl(bytes, passphrase, (start) => {
        const inside = recognise(start);
        return inside.kind !== 'refused' || inside.code !== 'DUMP_NOT_A_DUMP';
      });
  }
}

function refusal({ code, message }: Extract<Recognised, { kind: 'refused' }>, wrappings: Wrapping[]) {
  if (code === 'DUMP_NOT_A_DUMP' && wrappings.includes('openssl')) {
    return dumpError('DECRYPTION_FAILED', 'the passphrase does not decrypt the dump');
  }
  const inside = wrappings.length === 0 ? '' : ` (inside ${[...wrappings].reverse().join(' in ')})`;
  return dumpError(code, message + inside);
}

/** @throws DrillError DECOMPRESSION_LIMIT when the stored bytes unpack to more than is allowed */
async function* bounded(
  stored: ByteSource,
  inner: AsyncIterable<Buffer>,
  limits: ReadingLimits,
): AsyncGenerator<Buffer, void, undefined> {
  let contentBytes = 0;
  for await (const piece of inner) {
    contentBytes += piece.length;
    const problem = unpacksTooFar(contentBytes, stored.position, limits);
    if (problem !== null) throw dumpError('DECOMPRESSION_LIMIT', problem);
    yield piece;
  }
}

/** Lets go of the outer stream when the inner one is let go of. A read that is under way is not waited for. */
async function* freeing(
  outer: ByteSource,
  inner: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* inner;
  } finally {
    outer.cancel().catch(() => {});
  }
}
