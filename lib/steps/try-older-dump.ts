import { phaseNames } from '../domain/drill/phase-names.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { examineDump, keepWitness } from './examine-dump.ts';
import { defineStep } from './step-definition.ts';

/**
 * Walk-back: the next older candidate, in the same sandbox, which the restore empties first. Bounded by the candidates
 * that "Select dump" left.
 */
export const tryOlderDumpStep = defineStep({
  phase: phaseNames.select,
  from: ['try older dump'],
  to: ['dump selected', 'no dump'],
  run: async (
    state,
    ports: Pick<
      DrillPorts,
      'configuration' | 'openStore' | 'objects' | 'inspector' | 'dumpOpening' | 'clock' | 'evidence'
    >,
  ) => {
    const [next, ...olderDumps] = state.olderDumps;
    const examined = await examineDump(next, state, ports);
    const { reading: _ofTheNewer, ...rest } = state;
    const tried = {
      ...rest,
      attempt: state.attempt + 1,
      olderDumps,
      restored: null,
      checks: [],
      longChecks: [],
      hooks: { migrate: null, smokeTest: null },
      findings: examined.findings,
    };
    await keepWitness(examined.witness, tried, ports);
    const { dump } = examined;
    return dump === null ? { ...tried, stage: 'no dump', dump } : { ...tried, stage: 'dump selected', dump };
  },
});
