import { localLedger } from '../local/local-ports.ts';
import { placesFor } from '../local/places.ts';
import type { Ledger } from '../ports/ledger.ts';
import { type AccountSurroundings, inAccount } from './account/account.ts';
import { type AccountOptions, wantsAccount } from './account/account-options.ts';
import { warnOfDamage } from './commands/ledger-damage.ts';

export interface LedgerOptions extends AccountOptions {
  stateDir?: string;
}

/** Acts on the ledger of this machine, or on the stack's when --stack or --aws was given. */
export async function withLedger<Result>(
  options: LedgerOptions,
  act: (ledger: Ledger) => Promise<Result>,
  surroundings?: AccountSurroundings,
): Promise<Result> {
  if (!wantsAccount(options)) return act(localLedger(placesFor(options), warnOfDamage));
  return inAccount(options, async (account) => act(await account.ledger()), surroundings);
}
