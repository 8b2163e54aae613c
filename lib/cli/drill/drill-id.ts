import { randomBytes } from 'node:crypto';

/**
 * A new drill's id, e.g. `20261121T015430Z-cleaning-3f9a`: sorts by time, says what it is of, is unique. At most 54 of
 * the characters [0-9A-Za-z-_], because it is the name of the execution too (docs/facts.md#names-of-executions),
 * which makes a start idempotent.
 */
export function newDrillId(database: string, now: Date): string {
  const moment = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = database.replace(/[^0-9A-Za-z_-]+/g, '-').slice(0, 32);
  return `${moment}-${name}-${randomBytes(2).toString('hex')}`;
}
