import type { Ledger } from '../../ports/ledger.ts';
import { localLedger } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';
import { warnOfDamage } from './ledger-damage.ts';

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
