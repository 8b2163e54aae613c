import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import type { DrillError } from '../../../domain/findings/errors.ts';

type Decoder = (
  blocks: AsyncIterable<Buffer>,
  damagedBy: (error: unknown) => DrillError,
) => AsyncGenerator<Buffer, void, undefined>;

/**
 * Blocks that wait for Node's decoder, in bytes. It decodes what was handed to it even when nobody reads on, and a block of four
 * bytes may hold 128 KiB: with the 64 KiB that Node 22 takes by default a reader that was let go of decoded 2 GiB more.
 */
const mostWaitingBytes = 1024;

/**
 * Content of one frame: by Node's own decoder where there is one (22.15 and later), else by fzstd.
 * @param blocks the frame, from its magic number to its last block.
 * @throws what `blocks` throws, and what `damagedBy` makes of an error of the decoder.
 */
export const decodeZstdFrame: Decoder = (blocks, damagedBy) => {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return typeof create === 'function'
    ? throughNode(
        create({ chunkSize: 256 * 1024, writableHighWaterMark: mostWaitingBytes }),
        blocks,
        damagedBy,
      )
    : throughFzstd(blocks, damagedBy);
};

/** fzstd works in one thread and at about a third of the speed; it hands out memory that it goes on writing into. */
const throughFzstd: Decoder = async function* (blocks, damagedBy) {
  let ready: Buffer[] = [];
  const decoder = new Decompress((chunk) => {
    if (chunk.length > 0) ready.push(Buffer.from(chunk));
  });
  const push = (block: Uint8Array, isLast: boolean): void => {
    try {
      decoder.push(block, isLast);
    } catch (error) {
      // Besides its own errors it throws whatever damaged data make it run into.
      throw damagedBy(error);
    }
  };
  for await (const block of blocks) {
    push(block, false);
    yield* ready;
    ready = [];
  }
  push(new Uint8Array(0), true);
  yield* ready;
};

async function* throughNode(
  decoder: Transform,
  blocks: AsyncIterable<Buffer>,
  damagedBy: (error: unknown) => DrillError,
): AsyncGenerator<Buffer, void, undefined> {
  let inputFailure: unknown = null;
  const fed = (async () => {
    try {
      for await (const block of blocks) {
        if (decoder.destroyed) return;
        if (!decoder.write(block)) await drained(decoder);
      }
      decoder.end();
    } catch (error) {
      inputFailure = error;
      decoder.destroy();
    }
  })();
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
    await fed;
  } catch (error) {
    if (inputFailure === null) throw damagedBy(error);
  } finally {
    decoder.destroy();
  }
  if (inputFailure !== null) throw inputFailure;
}

/** Waits until the decoder takes more, or is closed. */
function drained(decoder: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      decoder.off('drain', done).off('close', done);
      resolve();
    };
    decoder.on('drain', done).on('close', done);
  });
}
