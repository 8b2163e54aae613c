/** The oracle test's one question: do the events of an archive say what pg_restore says? */
import { expect } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { ofKind, render } from './archive-events.ts';
import { comparable, type OracleMajor, oracleList, oracleScript } from './pg-restore-oracle.ts';

const cameWithData = (type: string): boolean => /^(TABLE DATA|BLOB)/.test(type);

/**
 * @param archive what pg_restore reads: the same archive as a file or directory that it understands
 * @param major whose pg_restore is asked
 */
export function expectSameAsPgRestore(events: DumpEvent[], archive: string, major: OracleMajor = 15): void {
  const ours = render(events);
  const theirs = oracleScript(archive, major);
  const list = oracleList(archive, major);
  const contents = ofKind(events, 'contents')[0]?.entries.filter(({ type }) => type !== 'SETTING') ?? [];

  expect(contents.map(({ id }) => id).sort((a, b) => a - b)).toEqual([...list.keys()].sort((a, b) => a - b));
  expect([...ours.entries.keys()].sort((a, b) => a - b)).toEqual([...list.keys()].sort((a, b) => a - b));
  for (const entry of contents)
    expect(list.get(entry.id)).toSatisfy((text: string) => text.startsWith(`${entry.type} `));
  for (const [id, text] of theirs.byId) {
    expect(comparable(ours.byId.get(id) ?? ''), `entry ${id} ${list.get(id)}`).toBe(comparable(text));
  }
  for (const [id, text] of ours.byId) {
    if (!theirs.byId.has(id)) expect(comparable(text), `entry ${id} ${list.get(id)}`).toBe('');
  }
  const inOrder = (order: number[]): number[] =>
    order.filter((id) => theirs.byId.has(id) && !cameWithData(list.get(id) ?? ''));
  expect(inOrder(ours.order)).toEqual(inOrder(theirs.order));
  for (const [id, settings] of ours.settings) {
    if (/^(TABLE|INDEX|MATERIALIZED VIEW|CONSTRAINT) /.test(list.get(id) ?? '')) {
      expect(settings, `settings for ${id} ${list.get(id)}`).toBe(
        settingsOf(theirs.settings, theirs.byId, id),
      );
    }
  }
  expect(events.at(-1)).toEqual({ kind: 'end', complete: true });
}

/** The script changes settings at the end of the part before the entry's own. */
function settingsOf(
  settings: Map<number, string>,
  byId: Map<number, string>,
  id: number,
): string | undefined {
  return byId.has(id) ? settings.get(id) : undefined;
}
