import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { earlierDrills } from '../../lib/domain/record/occasions.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import type { DrillNotice, Notice, Notifier } from '../../lib/ports/notifier.ts';
import { askApprovalStep } from '../../lib/steps/ask-approval.ts';
import { readPast } from '../../lib/steps/read-past.ts';
import { tellPeople, tellSealed } from '../../lib/steps/tell-people.ts';
import { aDrillState } from '../support/drill-states.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { aRecord } from '../support/records.ts';

const state = aDrillState({ stage: 'awaiting approval', approvalTimeoutSeconds: 3600 });
const broken: Notifier = { name: 'the pager', notify: () => Promise.reject(new Error('no signal')) };

/** A world with one notifier that listens. */
function listening(given: Partial<DrillPorts> = {}) {
  const heard: Notice[] = [];
  const listener: Notifier = { name: 'the listener', notify: async (notice) => void heard.push(notice) };
  const { ports, witness } = inMemoryPorts({ notifiers: [broken, listener], ...given });
  return { ports, heard, mishaps: witness.mishaps };
}

describe('a notifier that fails', () => {
  test('keeps a notice from no other, and is said by its name', async () => {
    const { ports, heard, mishaps } = listening();
    const notice: DrillNotice = {
      kind: 'drill sealed',
      record: aRecord({ drillId: 'drill-1' }),
      earlier: null,
    };

    await tellPeople(notice, ports);

    expect(heard).toEqual([notice]);
    expect(mishaps).toEqual([
      {
        ...{ what: 'send "drill sealed" to the pager', drillId: 'drill-1', unheard: true },
        error: new Error('no signal'),
      },
    ]);
  });

  test('and one that throws before it promises anything end nothing either', async () => {
    const rash: Notifier = {
      name: 'the rash one',
      notify: () => {
        throw new Error('at once');
      },
    };
    const { ports, mishaps } = listening({ notifiers: [rash] });

    await tellPeople({ kind: 'restore planned', state, lastProven: null }, ports);

    expect(mishaps.map(({ what }) => what)).toEqual(['send "restore planned" to the rash one']);
  });
});

describe('the end of a drill', () => {
  test('is told to people though its metrics could not be written', async () => {
    const drillMetrics = {
      drillSealed: () => {
        throw new Error('no');
      },
    };
    const { ports, heard, mishaps } = listening({ drillMetrics });

    await tellSealed(aRecord(), null, ports);

    expect(heard.map(({ kind }) => kind)).toEqual(['drill sealed']);
    expect(mishaps.map(({ what, unheard }) => [what, unheard])).toEqual([
      ['write metrics', false],
      ['send "drill sealed" to the pager', true],
    ]);
  });
});

describe('what was before a drill', () => {
  const proven = aRecord({ drillId: 'b', startedAt: '2026-03-02T00:00:00.000Z' });
  const failed = aRecord({ drillId: 'a', startedAt: '2026-03-01T00:00:00.000Z', verdict: 'NOT_PROVEN' });

  test('is told with its end, so that a recovery is seen', async () => {
    const { ports, heard } = listening({ notifiers: [] });
    ports.notifiers.push({ name: 'the listener', notify: async (notice) => void heard.push(notice) });
    const earlier = earlierDrills(proven, [proven, failed], null);

    await tellSealed(proven, earlier, ports);

    expect(heard).toEqual([
      {
        ...{ kind: 'drill sealed', record: proven },
        earlier: { previousVerdict: 'NOT_PROVEN', lastProvenAt: null },
      },
    ]);
  });

  test('is read from the ledger', async () => {
    const { ports } = listening();
    for (const record of [failed, proven]) await ports.ledger.seal(record);

    expect(await readPast(proven, ports)).toEqual([failed, proven]);
  });

  test('is null and said when it cannot be read', async () => {
    const { ports, mishaps } = listening();
    ports.ledger.history = () => Promise.reject(new Error('the table is away'));

    expect(await readPast(proven, ports)).toBeNull();
    expect(mishaps.map(({ what, unheard }) => [what, unheard])).toEqual([['read the drills before', false]]);
  });
});

describe('the question whether a restored database is kept', () => {
  const links = { approve: 'https://a.example', decline: 'https://d.example' };
  const open = async () => links;

  test('goes to people with its links, and the token to nobody', async () => {
    const { ports, heard, mishaps } = listening({ approvals: { open } });

    const { expiresAt } = await askApprovalStep({ state, taskToken: 'the-token' }, ports);

    expect(heard).toEqual([{ kind: 'approval needed', state, expiresAt, way: links, report: null }]);
    expect(JSON.stringify([heard, mishaps])).not.toContain('the-token');
  });

  test('goes to people without links when it could not be kept', async () => {
    const refuse = () =>
      Promise.reject(new DrillError('LEDGER_UNWRITABLE', 'no', { hint: 'Look at the table.' }));
    const { ports, heard, mishaps } = listening({ approvals: { open: refuse }, notifiers: [] });
    ports.notifiers.push({ name: 'the listener', notify: async (notice) => void heard.push(notice) });

    await askApprovalStep({ state, taskToken: 'the-token' }, ports);

    expect(heard).toMatchObject([{ kind: 'approval needed', way: null }]);
    expect(mishaps.map(({ what, unheard }) => [what, unheard])).toEqual([['keep the approval', true]]);
  });

  test('goes to people without the report when that could not be read', async () => {
    const { ports, heard, mishaps } = listening({ approvals: { open }, notifiers: [] });
    ports.notifiers.push({ name: 'the listener', notify: async (notice) => void heard.push(notice) });
    const { find } = ports.evidence;
    ports.evidence.find = async (entry, drillId) =>
      entry.file === evidenceOf.attempt(1).file
        ? Promise.reject(new Error('the bucket is away'))
        : find(entry, drillId);

    await askApprovalStep({ state, taskToken: 'the-token' }, ports);

    expect(heard).toMatchObject([{ kind: 'approval needed', way: links, report: null }]);
    expect(mishaps.map(({ what, unheard }) => [what, unheard])).toEqual([
      ['read the report of the attempt', false],
    ]);
  });
});
