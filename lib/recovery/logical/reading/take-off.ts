/** Takes one wrapping off: the content of compressed or encrypted bytes, or of a member of a package. */
import type { DumpOpening } from '../../../domain/backup/dump-opening.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import { type ReadingLimits, unpacksTooFar } from '../../streams/bytes/reading-limits.ts';
import { decompress } from '../../streams/compression/decompress.ts';
import { decrypt } from '../../streams/encryption/decrypt.ts';
import type { ChosenMember } from './packages/dump-members.ts';
import { memberOfTar, memberOfZip } from './packages/open-member.ts';
import { recognise, type TakenOff } from './recognise.ts';

/** A wrapping, and of a package the member that was chosen. */
export type Layer = { wrapping: TakenOff } | ({ wrapping: 'tar' | 'zip' } & ChosenMember);

/** What reading one file needs at each of its layers. */
export interface Unwrapping {
  /** The stored bytes, whose number bounds what they may unpack to. */
  outermost: ByteSource;
  opening: DumpOpening;
  limits: ReadingLimits;
  findings: Finding[];
}

/** The content behind one layer; its errors are thrown when it is read. */
export function takeOff(bytes: ByteSource, layer: Layer, unwrapping: Unwrapping): ByteSource {
  const { outermost, limits } = unwrapping;
  return new ByteSource(freeing(bytes, bounded(outermost, contentOf(bytes, layer, unwrapping), limits)));
}

function contentOf(
  bytes: ByteSource,
  layer: Layer,
  { opening, findings, outermost, limits }: Unwrapping,
): AsyncIterable<Buffer> {
  switch (layer.wrapping) {
    case 'tar':
      return memberOfTar(bytes, layer);
    case 'zip':
      return memberOfZip(bytes, layer, (content) => bounded(outermost, content, limits));
    case 'age':
    case 'openpgp':
    case 'openssl':
      return decrypt(bytes, layer.wrapping, opening, (start) => {
        const inside = recognise(start);
        return inside.kind !== 'refused' || inside.code !== 'DUMP_NOT_A_DUMP';
      });
    default:
      return decompress(bytes, layer.wrapping, (position) => {
        const message = `Bytes that are no gzip follow the compressed data, from byte ${position} on; they were left out.`;
        findings.push(finding('DUMP_HEADER_ODD', message));
      });
  }
}

/** @throws DrillError DECOMPRESSION_LIMIT when the stored bytes unpack to more than is allowed */
export async function* bounded(
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
