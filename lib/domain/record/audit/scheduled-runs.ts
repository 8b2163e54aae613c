import { secondsBetween } from '../../time/spans.ts';
import type { DrillRecord } from '../drill-record.ts';
import { type AuditedDatabase, type AuditPeriod, drillsIn } from './audit-input.ts';

/** A drill that was due, and the one that was carried out for it. */
export interface DueRun {
  database: string;
  due: string;
  drill: DrillRecord | null;
  delaySeconds: number | null;
}

/** A drill that begins this long before it is due still is that one: clocks differ. */
const earlySeconds = 300;
const dayMs = 86_400_000;

/**
 * Each drill that was due, with the first one that began from then until the next was due. One that had no drill stays without:
 * a later one is never counted for two.
 */
export function dueRuns(audited: AuditedDatabase, period: AuditPeriod): DueRun[] {
  const { database, due } = audited;
  if (due === null) return [];
  const early = (moment: string) => Date.parse(moment) - earlySeconds * 1000;
  // One that was due shortly before the end may begin after it.
  const until = new Date(Date.parse(period.to) + dayMs).toISOString();
  const from = new Date(early(period.from)).toISOString();
  const drills = drillsIn(audited, { from, to: until });
  let place = 0;
  return due.map((moment, index) => {
    const end = early(due[index + 1] ?? until);
    const began = () => Date.parse(drills[place]?.startedAt ?? '9999-01-01');
    while (began() < early(moment)) place += 1;
    const drill = began() < end ? (drills[place] ?? null) : null;
    return {
      ...{ database, due: moment, drill },
      delaySeconds: drill === null ? null : Math.max(0, secondsBetween(moment, drill.startedAt)),
    };
  });
}
