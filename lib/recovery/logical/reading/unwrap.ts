import type { Wrapping } from '../../../domain/backup/dump.ts';
import type { DumpOpening } from '../../../domain/backup/dump-opening.ts';
import type { Finding } from '../../../domain/findings/findings.ts';
import type { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import { defaultReadingLimits, type ReadingLimits } from '../../streams/bytes/reading-limits.ts';
import { isUnsure } from '../../streams/encryption/decrypt.ts';
import { contentOfMember } from './member-content.ts';
import { DumpMembers } from './packages/dump-members.ts';
import { layoutOfTar, layoutOfTarStart, type TarLayout } from './packages/tar-layout.ts';
import { layoutOfZip } from './packages/zip-choice.ts';
import type { Bounding } from './packages/zip-members.ts';
import { type Recognised, recognise, startBytes } from './recognise.ts';
import { bounded, type Layer, takeOff } from './take-off.ts';

/** Wrappings inside each other; more is no backup but a bomb. */
const maxWrappings = 4;
/** Packages inside each other: each is looked through before it is read. */
const maxPackages = 2;

/** What is left when everything is taken off. */
export type DumpContent = 'custom' | 'plain' | TarLayout | 'directory in zip';

export interface Unwrapped {
  bytes: ByteSource;
  /** Outermost first. */
  wrappings: Wrapping[];
  content: DumpContent;
  /** Grows while the content is read: oddities of the wrappings. */
  findings: Finding[];
  /** Counts what the members of a zip unpack to. @throws DrillError DECOMPRESSION_LIMIT, when they are read */
  bounding: Bounding;
  /** The same content once more from its start. */
  reopen(): Promise<ByteSource>;
}

/**
 * Takes off compression, encryption and packages, whatever is found in whatever order. A package is looked through to its end
 * first, so that a dump is never chosen while another lies behind it.
 * @param open gives the stored bytes from their start; asked again for each package
 * @throws DrillError DUMP_EMPTY, DUMP_NOT_A_DUMP, DUMP_ENCRYPTED, DECRYPTION_FAILED, PHYSICAL_BACKUP, PACKAGE_AMBIGUOUS,
 * COMPRESSION_UNKNOWN, DECOMPRESSION_LIMIT, DUMP_TRUNCATED, DUMP_CORRUPT
 */
export async function unwrap(
  open: () => Promise<ByteSource>,
  opening: DumpOpening,
  limits: ReadingLimits = defaultReadingLimits,
): Promise<Unwrapped> {
  const layers: Layer[] = [];
  let findings: Finding[] = [];
  const replay = async (): Promise<{ bytes: ByteSource; outermost: ByteSource }> => {
    const outermost = await open();
    findings = [];
    let bytes = outermost;
    for (const layer of layers) bytes = takeOff(bytes, layer, { outermost, opening, limits, findings });
    return { bytes, outermost };
  };
  let { bytes, outermost } = await replay();
  const bounding = (content: AsyncIterable<Buffer>) => bounded(outermost, content, limits);
  const done = (content: DumpContent): Unwrapped => ({
    bytes,
    wrappings: layers.map(({ wrapping }) => wrapping),
    content,
    findings,
    bounding,
    reopen: async () => (await replay()).bytes,
  });
  for (;;) {
    const recognised = recognise(await bytes.peek(startBytes));
    if (recognised.kind === 'refused') throw refusal(recognised, layers);
    if (recognised.kind === 'custom' || recognised.kind === 'plain') return done(recognised.kind);
    if (recognised.kind === 'wrapping') {
      const layer = { wrapping: recognised.wrapping };
      addLayer(layers, layer);
      bytes = takeOff(bytes, layer, { outermost, opening, limits, findings });
      continue;
    }
    const rule = packagesIn(layers) === 0 ? (opening.member ?? null) : null;
    if (recognised.kind === 'tar' && rule === null) {
      const layout = await layoutOfTarStart(await bytes.peek(startBytes));
      if (layout !== null) return done(layout);
    }
    const members = new DumpMembers(rule, (member) => contentOfMember(member, bounding));
    const found =
      recognised.kind === 'tar'
        ? await layoutOfTar(bytes, members)
        : await layoutOfZip(bytes, members, bounding);
    await bytes.cancel();
    if (typeof found !== 'string') addLayer(layers, { wrapping: recognised.kind, ...found });
    ({ bytes, outermost } = await replay());
    if (typeof found === 'string') return done(found);
  }
}

const packagesIn = (layers: readonly Layer[]): number =>
  layers.filter(({ wrapping }) => wrapping === 'tar' || wrapping === 'zip').length;

/** @throws DrillError COMPRESSION_UNKNOWN for what no backup does */
function addLayer(layers: Layer[], layer: Layer): void {
  if (layers.length === maxWrappings)
    throw dumpError('COMPRESSION_UNKNOWN', `it is wrapped more than ${maxWrappings} times`);
  // The decoder exists once: one stream waiting for another inside it would wait for ever.
  if (layer.wrapping === 'xz' && layers.some(({ wrapping }) => wrapping === 'xz'))
    throw dumpError('COMPRESSION_UNKNOWN', 'it is xz inside xz');
  layers.push(layer);
  if (packagesIn(layers) > maxPackages)
    throw dumpError('COMPRESSION_UNKNOWN', `it is packed more than ${maxPackages} times`);
}

function refusal({ code, message }: Extract<Recognised, { kind: 'refused' }>, layers: readonly Layer[]) {
  const last = layers.at(-1)?.wrapping;
  if (code === 'DUMP_NOT_A_DUMP' && last !== undefined && isUnsure(last))
    return dumpError('DECRYPTION_FAILED', 'the passphrase does not decrypt the dump');
  const inside =
    layers.length === 0
      ? ''
      : ` (inside ${[...layers]
          .reverse()
          .map(({ wrapping }) => wrapping)
          .join(' in ')})`;
  return dumpError(code, message + inside);
}
