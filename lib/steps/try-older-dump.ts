import { phaseNames } from '../domain/drill/phase-names.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { examineDump } from './examine-dump.ts';
import { defineStep } from './step-definition.ts';

/**
 * Walk-back: the next older candidate, in the same sandbox, which the restore empties first. Bounded by the candidates
 * that "Select dump" left.
 */
export const tryOlderDumpStep = defineStep({
  phase: phaseNames.select,
  run: async (
    state,
    ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'objects' | 'inspector' | 'passphrase' | 'clock'>,
  ) => {
    const [next, ...olderDumps] = state.olderDumps;
    if (next === undefined) throw new Error('no older dump to try');
    const examined = await examineDump(next, state.database, ports);
    return {
      ...state,
      stage: examined.dump === null ? 'no dump' : 'dump selected',
      attempt: state.attempt + 1,
      dump: examined.dump,
      olderDumps,
      restored: null,
      checks: [],
      longChecks: [],
      hooks: { migrate: null, smokeTest: null },
      findings: examined.findings,
    };
  },
});
