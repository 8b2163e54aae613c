import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileLedger } from '../../lib/adapters/ledgers/file/file-ledger.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { forecastDrill } from '../../lib/steps/forecast-drill.ts';
import { readPast } from '../../lib/steps/read-past.ts';
import { aRecord, aRecordedDump } from '../support/records.ts';

let folder: string;
let ledger: Ledger;
let told: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-forecast-'));
  ledger = createFileLedger({ path: join(folder, 'ledger.jsonl'), clock: { now: () => new Date() } });
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mishaps = { tell: ({ what }: { what: string }) => void told.push(what) };
const dayOf = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString();

/** A drill of so many GB, at 1,000 s each. */
function aDrill(day: number, gigabytes: number, given: Partial<DrillRecord> = {}): DrillRecord {
  const startedAt = dayOf(day);
  const seconds = 1000 * gigabytes;
  return aRecord({
    ...{ drillId: `drill-${given.sandbox ?? 'rds'}-${day}`, startedAt, endedAt: startedAt, sandbox: 'rds' },
    dump: aRecordedDump({ bytes: gigabytes * 1e9 }),
    phases: [{ name: 'Restore dump into sandbox', startedAt, seconds }],
    rto: { targetSeconds: 2000, actualSeconds: seconds, lastProvenSeconds: null },
    ...given,
  });
}

/** As the last step does it: the past is read, the record is forecast and sealed. */
async function sealed(record: DrillRecord): Promise<DrillRecord> {
  const history = await readPast(record, { ledger, mishaps });
  await ledger.seal(await forecastDrill(record, history, { ledger, mishaps }));
  return (await ledger.show(record.drillId))!;
}

describe('a ledger of drills', () => {
  test('holds with the fourth drill what is to come, and with the fifth the warning', async () => {
    const records: DrillRecord[] = [];
    for (const [month, gigabytes] of [1, 1.2, 1.4, 1.5, 1.6].entries())
      records.push(await sealed(aDrill(30 * month, gigabytes)));
    expect(records.map(({ forecast }) => forecast?.not)).toEqual([
      'a forecast needs 4 comparable drills, and there is 1',
      'a forecast needs 4 comparable drills, and there are 2',
      'a forecast needs 4 comparable drills, and there are 3',
      null,
      null,
    ]);
    expect(records.at(-1)?.forecast?.in90Days?.at).toBe(dayOf(210));
    expect(records.at(-1)?.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['RTO_AT_RISK', 'warning'],
    ]);
    expect(records.at(-1)?.verdict).toBe('PROVEN');
  });

  test('is read further back for monthly drills behind daily ones in another kind of sandbox', async () => {
    for (let day = 0; day < 93; day += 1) {
      await ledger.seal(aDrill(day, 0.1, { sandbox: 'task' }));
      if (day % 30 === 0) await ledger.seal(aDrill(day, 1));
    }
    expect((await sealed(aDrill(95, 1))).forecast).toMatchObject({ drills: 5, not: null });
  });

  test('that cannot be read leaves the record as it is, and that is said', async () => {
    const away = { ...ledger, history: () => Promise.reject(new Error('the disk is away')) };
    const record = aDrill(0, 1);
    expect(await readPast(record, { ledger: away, mishaps })).toBeNull();
    expect(await forecastDrill(record, null, { ledger: away, mishaps })).toEqual(record);
    const full = Array.from({ length: 31 }, (_unused, day) => aDrill(day, 0.1, { sandbox: 'task' }));
    const forecasted = await forecastDrill(aDrill(40, 1), full, { ledger: away, mishaps });
    expect(forecasted.forecast).toMatchObject({ drills: 1, next: null });
    expect(told).toEqual(['read the drills before', 'read the drills before']);
  });
});
