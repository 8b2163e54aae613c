import { evidenceOf } from '../../contract/evidence.ts';
import type { RestoreProgress } from '../../domain/recovery/restore-account.ts';
import type { Account } from './account.ts';

/**
 * Reads what the restore task leaves in the evidence bucket while it works. Progress is a comfort: whoever may not
 * read it watches without.
 */
export async function restoreProgressOf(
  account: Account,
  drillId: string,
): Promise<(attempt: number) => Promise<RestoreProgress | null>> {
  const evidence = await account.evidence();
  return (attempt) => evidence.find(evidenceOf.progress(attempt), drillId).catch(() => null);
}
