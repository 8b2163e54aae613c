/** Opens files that lie in memory, and says what came of it. */
import { Readable } from 'node:stream';
import type { Wrapping } from '../../../../../lib/domain/backup/dump.ts';
import type { DumpOpening } from '../../../../../lib/domain/backup/dump-opening.ts';
import { openDump } from '../../../../../lib/recovery/logical/reading/open-dump.ts';
import { inPieces } from './reading.ts';

export interface Opened {
  wrappings: Wrapping[] | null;
  rows: number;
  error: string | null;
  message: string;
}

/** Reads all of a dump; what is wrong with it is a part of the answer. */
export async function opened(
  content: Buffer,
  opening: Partial<DumpOpening> = {},
  pieceBytes = 5000,
): Promise<Opened> {
  const dump = await openDump(
    {
      kind: 'stream',
      open: async () => Readable.from(inPieces(content, pieceBytes)),
      sizeBytes: content.length,
    },
    { passphrase: null, ...opening },
  );
  const outcome: Opened = { wrappings: null, rows: 0, error: null, message: '' };
  try {
    for await (const event of dump.reader) {
      if (event.kind === 'header') outcome.wrappings = event.header.format.wrappings;
      if (event.kind === 'rows-end') outcome.rows += event.rows;
    }
  } catch (error) {
    if (!(error instanceof Error) || !('hint' in error)) throw error;
    Object.assign(outcome, { error: error.name, message: error.message });
  } finally {
    dump.close();
  }
  return outcome;
}
