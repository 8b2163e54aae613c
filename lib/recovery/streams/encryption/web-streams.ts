/** Between our pulled bytes and the streams of the web platform, which the libraries of decryption speak. */
import type { ReadableStream } from 'node:stream/web';
import type { ByteSource } from '../bytes/byte-source.ts';

/** What a library reads, and what went wrong while it was fed: libraries wrap errors, and a lost connection is no wrong key. */
export interface FedStream {
  stream: ReadableStream<Uint8Array>;
  /** Error of the source itself; null when it was read without one. */
  failure(): unknown;
  /** Bytes given so far. */
  fedBytes(): number;
}

/**
 * A library that meets a damaged block forgets what it decrypted of the same piece: pieces that hold no whole block of age
 * (65,552 bytes) beside another leave nothing to forget, so that the damage has its place.
 */
const largestPieceBytes = 64 * 1024;

/** One piece at a time, when asked. */
export function fedFrom(source: ByteSource): FedStream {
  let failure: unknown = null;
  let fed = 0;
  const stream = new globalThis.ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await source.readUpTo(largestPieceBytes);
          if (piece.length === 0) return controller.close();
          fed += piece.length;
          // A copy: libraries write into what they were given, or keep it while the source goes on.
          controller.enqueue(new Uint8Array(piece));
        } catch (error) {
          failure = error;
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, failure: () => failure, fedBytes: () => fed };
}
