import { databaseRequest, loadPolicy } from '../policy/index.ts';
import type { RestorePolicy } from './restore-policy.ts';

/** The RDS policy as the loader uses it. A fresh one for each attempt: it remembers what the dump has said. */
export async function rdsPolicy(): Promise<RestorePolicy> {
  const policy = await loadPolicy();
  return { decide: (statement, context) => policy.decide(statement, context), databaseRequest };
}
