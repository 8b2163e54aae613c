import type { DrillPorts } from '../ports/drill-ports.ts';
import type { StepWith } from './step.ts';

/**
 * An archived dump (S3 Glacier classes) is thawed first; the wait counts into RTO, because a real restore has it too.
 */
export const thawDumpStep: StepWith<'configuration' | 'openStore'> = async (state, ports) => {
  const archived = state.dump?.archivedIn;
  if (state.dump === null || archived === undefined) return { ...state, stage: 'dump readable' };
  const { store } = await openSource(state.database, ports);
  const thawed = (await store.thaw?.(state.dump.key)) ?? 'ready';
  return { ...state, stage: thawed === 'ready' ? 'dump readable' : 'dump thawing' };
};

/** The configured source of a database. */
export async function openSource(database: string, ports: Pick<DrillPorts, 'configuration' | 'openStore'>) {
  return ports.openStore(ports.configuration.database(database).source);
}
