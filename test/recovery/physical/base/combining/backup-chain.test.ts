import { describe, expect, test } from 'vitest';
import {
  type ChainCandidate,
  type ChainLink,
  chainBefore,
} from '../../../../../lib/recovery/physical/base/combining/backup-chain.ts';

const link = (startLsn: string, from: string | null, more: Partial<ChainLink> = {}): ChainLink => ({
  startLsn,
  startTimeline: 1,
  systemIdentifier: '77',
  incrementalFrom: from === null ? null : { lsn: from, timeline: 1 },
  ...more,
});

const candidates = (links: Record<string, ChainLink | null>): ChainCandidate<string>[] =>
  Object.entries(links).map(([member, each]) => ({ member, link: async () => each }));

const last = link('0/30', '0/20');

describe('the chain of an incremental backup', () => {
  test('goes back to the full one, whatever the order of the others', async () => {
    const others = candidates({
      full: link('0/10', null),
      unrelated: link('0/15', null),
      middle: link('0/20', '0/10'),
    });
    expect(await chainBefore(last, others)).toEqual({ kind: 'whole', members: ['full', 'middle'] });
  });

  test('lacks the one that nobody has, and tells which were found', async () => {
    expect(await chainBefore(last, candidates({ middle: link('0/20', '0/10') }))).toEqual({
      kind: 'incomplete',
      missing: { lsn: '0/10', timeline: 1 },
      found: ['middle'],
    });
  });

  test.each<[string, ChainLink | null]>([
    ['of another timeline', link('0/20', null, { startTimeline: 2 })],
    ['of another cluster', link('0/20', null, { systemIdentifier: '78' })],
    ['whose label cannot be read', null],
  ])('does not take one %s', async (_, other) => {
    expect(await chainBefore(last, candidates({ other }))).toMatchObject({ kind: 'incomplete', found: [] });
  });

  test('takes one whose manifest does not tell its cluster', async () => {
    const others = candidates({ full: link('0/20', null, { systemIdentifier: null }) });
    expect(await chainBefore(last, others)).toEqual({ kind: 'whole', members: ['full'] });
  });

  test('ends where labels lead in a circle', async () => {
    const circle = candidates({ a: link('0/20', '0/30'), b: link('0/30', '0/20') });
    expect(await chainBefore(last, circle)).toMatchObject({ kind: 'incomplete', found: ['a'] });
  });

  test('reads no more labels than it needs', async () => {
    const unread: ChainCandidate<string> = {
      member: 'unread',
      link: () => Promise.reject(new Error('it was read')),
    };
    const others = [...candidates({ full: link('0/20', null) }), unread];
    expect(await chainBefore(last, others)).toEqual({ kind: 'whole', members: ['full'] });
  });
});
