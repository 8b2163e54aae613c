import { expect, test } from 'vitest';
import { thawDumpStep } from '../../lib/steps/thaw-dump.ts';
import { aDrillState, aDump } from '../support/drill-states.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';

const select = { name: 'Select dump', startedAt: '2026-11-20T03:00:00.000Z', seconds: 3600 };

test.each([
  ['goes on', '2026-11-20T15:30:00.000Z', 'dump thawing'],
  ['ends', '2026-11-20T21:30:00.000Z', 'no dump'],
])('waiting for an archived dump %s at %s', async (_what, now, stage) => {
  const { ports } = inMemoryPorts();
  const opened = await ports.openStore({} as never);
  opened.store.thaw = async () => 'thawing';
  ports.openStore = async () => opened;
  ports.clock.now = () => new Date(now);

  const state = aDrillState({
    stage: 'dump selected',
    dump: aDump({ archivedIn: 'DEEP_ARCHIVE' }),
    phases: [select],
  });
  const thawed = await thawDumpStep(state, ports);

  expect(thawed.stage).toBe(stage);
  expect(thawed.findings.map(({ code }) => code)).toEqual(stage === 'no dump' ? ['STEP_TIMED_OUT'] : []);
});
