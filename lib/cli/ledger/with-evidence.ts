import { join } from 'node:path';
import { createEvidenceFolder } from '../../adapters/evidence/folder-evidence.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type AccountSurroundings, inAccount } from '../remote/account.ts';
import { wantsAccount } from '../remote/account-options.ts';
import type { LedgerOptions } from './with-ledger.ts';

/** Acts on the evidence of this machine, or on the stack's when --stack or --aws was given. */
export async function withEvidence<Result>(
  options: LedgerOptions,
  act: (evidence: EvidenceStore) => Promise<Result>,
  surroundings?: AccountSurroundings,
): Promise<Result> {
  if (!wantsAccount(options))
    return act(createEvidenceFolder(join(placesFor(options).stateDirectory, 'drills')));
  return inAccount(options, async (account) => act(await account.evidence()), surroundings);
}
