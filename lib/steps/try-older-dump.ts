import { examineDump } from './examine-dump.ts';
import { readAccount } from './plan-checks.ts';
import type { StepWith } from './step.ts';

/**
 * Walk-back: the next older candidate, in the same sandbox, which is emptied first. Bounded by the candidates that
 * "Select dump" left.
 */
export const tryOlderDumpStep: StepWith<
  'configuration' | 'openStore' | 'objects' | 'inspector' | 'cleaner' | 'evidence' | 'passphrase'
> = async (state, ports) => {
  const [next, ...olderDumps] = state.olderDumps;
  if (next === undefined) throw new Error('no older dump to try');
  if (state.sandbox?.address != null && state.restored !== null) {
    const account = await readAccount(state.drillId, state.attempt, ports);
    const databases = account.databases.map(({ name }) => name);
    await ports.cleaner.dropDatabases(state.sandbox.address, databases, account.rolesCreated);
  }
  const examined = await examineDump(next, state.database, ports);
  return {
    ...state,
    stage: examined.dump === null ? 'no dump' : 'dump selected',
    attempt: state.attempt + 1,
    dump: examined.dump,
    olderDumps,
    restored: null,
    checks: [],
    findings: examined.findings,
  };
};
