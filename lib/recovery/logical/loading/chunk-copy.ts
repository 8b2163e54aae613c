import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import { ConnectionLost, fromDriver, isLockTrouble } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import { type Slot, sandboxLost } from './slot.ts';
import type { WireCopy, WireResult } from './wire-query.ts';

/** A chunk of whole rows, kept until the server confirmed it. */
export interface Chunk {
  pieces: readonly Buffer[];
  rows: number;
  /** Rows of the table before this chunk. */
  firstRow: number;
}

/** A chunk may lose its connection this often; after that the server is not worth waiting for. */
const maximumTries = 4;

const prologue = Buffer.from('SELECT pg_catalog.pg_current_xact_id();');

/**
 * The COPY in a transaction whose id we learn before the first row: one round trip for all of it. Statements of one query
 * are one transaction (protocol, section 55.2.2.1), which ends before the server says that the COPY is done.
 */
export const chunkTransaction = (copySql: Buffer): Buffer => Buffer.concat([prologue, copySql]);

/** Rows the server says it copied: the tag of the COPY among the tags of the query. */
export function copiedRows(result: WireResult): number {
  const tag = result.tags.find((text) => text.startsWith('COPY '));
  return tag === undefined ? 0 : Number(tag.slice(5));
}

/**
 * Loads one chunk exactly once. When the connection is lost on the way, the transaction's fate decides: sent again
 * only when the server says that it was aborted or that it never began.
 * @returns rows loaded @throws ServerError, AttemptSpoiled, DrillError SANDBOX_LOST
 */
export async function copyChunk(
  slot: Slot,
  transaction: Buffer,
  settings: SettingsSnapshot,
  chunk: Chunk,
  onRetry: () => void,
): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    let copy: WireCopy | null = null;
    try {
      const session = await slot.get();
      await session.apply(settings);
      copy = session.copy(transaction);
      await copy.ready;
      await copy.write(chunk.pieces);
      return copiedRows(await copy.finish());
    } catch (raw) {
      const error = asLostOrThrow(raw);
      if (error === null) {
        await slot
          .get()
          .then((session) => session.text('ROLLBACK'))
          .catch(() => slot.discard());
        if (isLockTrouble(raw) && tries < maximumTries) continue;
        throw raw;
      }
      slot.discard();
      if (tries >= maximumTries)
        throw error.sqlState === '57014' ? new AttemptSpoiled('a COPY', error) : sandboxLost(error);
      onRetry();
      const transactionId = copy?.firstValue ?? null;
      if (transactionId !== null && (await committed(slot, transactionId))) return chunk.rows;
    }
  }
}

/** Null for an error of the statement; errors that are not the server's pass through. */
function asLostOrThrow(raw: unknown): ConnectionLost | null {
  if (raw instanceof Error && 'sqlState' in raw) {
    const error = fromDriver(raw);
    return error instanceof ConnectionLost ? error : null;
  }
  throw raw;
}

/**
 * Whether a transaction of a lost connection was committed. `in progress` right after the loss: the server has not yet
 * noticed that we are gone. @throws AttemptSpoiled when the server cannot say
 */
async function committed(slot: Slot, transactionId: string): Promise<boolean> {
  for (let look = 0; look < 40; look += 1) {
    try {
      const { rows } = await (await slot.get()).text(
        `SELECT pg_catalog.pg_xact_status('${transactionId}'::pg_catalog.xid8)`,
      );
      const status = rows[0]?.[0];
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (status !== 'in progress') break;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      slot.discard();
    }
    await sleep(250);
  }
  throw new AttemptSpoiled('a COPY');
}
