import type { LedgerDamage } from '../../adapters/ledgers/file/file-ledger.ts';

/** One sentence about a line of the ledger that could not be read. */
export const damageText = ({ line, reason }: LedgerDamage): string =>
  `line ${line} of the ledger was passed over: ${reason}`;

/** Says so on stderr. */
export function warnOfDamage(damage: LedgerDamage): void {
  process.stderr.write(`restore-drill: ${damageText(damage)}\n`);
}
