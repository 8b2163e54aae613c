import type { DumpObject, SelectedDump } from '../domain/backup/dump.ts';
import { partsOf } from '../domain/backup/split-dumps.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { finding } from '../domain/findings/findings.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { DumpStore } from '../ports/dump-store.ts';
import { openSource } from './configured-source.ts';
import { defineStep } from './step-definition.ts';

/** A standard retrieval takes 12 hours at most (docs/facts.md#archived-objects); beyond this something else is wrong. */
const thawLimitSeconds = 18 * 3600;

/**
 * An archived dump (S3 Glacier classes) is thawed first; the wait counts into RTO, because a real restore has it too.
 */
export const thawDumpStep = defineStep({
  phase: phaseNames.select,
  from: ['dump selected', 'dump thawing'],
  to: ['dump readable', 'dump thawing', 'no dump'],
  run: async (state, ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'clock'>) => {
    const archived = state.dump.archivedIn;
    if (archived === undefined) return { ...state, stage: 'dump readable' };
    const { store } = await openSource(state.database, ports);
    const thawed = await thaw(store, state.dump);
    if (thawed === 'ready') return { ...state, stage: 'dump readable' };
    const waitedSeconds = secondsBetween(selectedSince(state), ports.clock.now().toISOString());
    if (waitedSeconds < thawLimitSeconds) return { ...state, stage: 'dump thawing' };
    const message = `${state.dump.key} was not brought back from ${archived} after ${inWords(waitedSeconds)}`;
    return { ...state, stage: 'no dump', findings: [...state.findings, finding('STEP_TIMED_OUT', message)] };
  },
});

/** A cut dump can be read when all its parts can. */
async function thaw(store: DumpStore, dump: SelectedDump): Promise<'ready' | 'thawing'> {
  if (dump.parts === undefined) return (await store.thaw?.(dump.key)) ?? 'ready';
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  const archived = partsOf(objects, dump.key).filter(({ archivedIn }) => archivedIn !== undefined);
  const states = await Promise.all(archived.map(async ({ key }) => (await store.thaw?.(key)) ?? 'ready'));
  return states.includes('thawing') ? 'thawing' : 'ready';
}

/** Selecting and thawing are one phase, so its start is when this dump was chosen – also in a walk-back. */
function selectedSince({ phases, startedAt }: DrillState): string {
  const last = phases.at(-1);
  return last?.name === phaseNames.select ? last.startedAt : startedAt;
}
