import { AttemptSpoiled } from './attempt-spoiled.ts';
import { copiedRows } from './chunk-copy.ts';
import { startFrozenCopy } from './frozen-copy.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';

/** A COPY that is not cut into chunks. */
export interface OneCopy {
  /** COPY … FROM stdin, without a semicolon. */
  copySql: Buffer;
  settings: SettingsSnapshot;
  /** The table, quoted, where its rows are to be frozen (`startFrozenCopy`); null where they are not. */
  freezing: string | null;
}

/**
 * Loads pieces through one COPY until they end. A lost connection spoils the attempt: what was sent is not kept.
 * @returns rows loaded @throws ServerError, AttemptSpoiled, DrillError SANDBOX_LOST
 */
export async function copyPieces(
  slot: Slot,
  { copySql, settings, freezing }: OneCopy,
  pieces: AsyncIterable<readonly Buffer[]>,
): Promise<number> {
  try {
    const session = await slot.get();
    await session.apply(settings);
    const frozen = freezing === null ? null : await startFrozenCopy(session, copySql, freezing);
    const copy = frozen ?? session.copy(copySql);
    try {
      await copy.ready;
      for await (const some of pieces) await copy.write(some);
      return copiedRows(await copy.finish());
    } catch (error) {
      if (frozen !== null && error instanceof ServerError) await session.rollBack();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    slot.discard();
    throw new AttemptSpoiled('a COPY that keeps one connection', error);
  }
}
