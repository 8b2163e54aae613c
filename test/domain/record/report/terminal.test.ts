import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { renderShow } from '../../../../lib/domain/record/report/dossier.ts';
import { renderHistory } from '../../../../lib/domain/record/report/history-table.ts';
import { aHostileRecord, unsafeOnTerminal } from '../../../support/hostile-record.ts';
import { aFailedRecord, aFinding, anUnverifiedRecord, aRecord } from '../../../support/records.ts';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)));

test('a record on a terminal says in words what was left out and why', () => {
  const left = {
    database: 'shop',
    type: 'FK CONSTRAINT',
    name: 'orders_fk',
    status: 'skipped by policy',
  } as const;
  const restore = { ...aRecord().restore, exceptions: [{ ...left, reason: 'server-extension' }] };
  const text = renderShow(aRecord({ restore } as Partial<DrillRecord>), 200);

  expect(text).toContain('left out: foreign key orders_fk: Restored rows of');
  expect(text).not.toMatch(/server-extension|skipped by policy|FK CONSTRAINT/);
});

test('a long list on a terminal names the option that gives the rest, which `show` has', () => {
  const tables = Array.from({ length: 50 }, (_, n) => ({
    database: 'shop',
    schema: 'public',
    name: `t${n}`,
    rows: n,
  }));

  expect(renderShow(aRecord({ tables }), 80)).toContain('… and 10 more; --format json lists all');
});

describe('the history on a terminal', () => {
  const records = [aRecord(), aFailedRecord({ database: '店' }), anUnverifiedRecord()];

  test('gives each drill a line', () => {
    expect(renderHistory(records, 130)).toMatchInlineSnapshot(`
      "STARTED (UTC)     DATABASE  VERDICT                 RTO  RPO  WHY            DUMP                       DRILL
      2026-03-01 03:00  shop      PROVEN            3 min 4 s  1 h  –              …op_20260301T020000Z.dump  drill-20260301-030000-a1b2
      2026-03-01 03:00  店        NOT_PROVEN        3 min 4 s  1 h  FK_ORPHANS     …op_20260301T020000Z.dump  drill-20260301-030000-a1b2
      2026-03-01 03:00  shop      COULD_NOT_VERIFY          –    –  NO_DUMP_FOUND  –                          drill-20260301-030000-a1b2
      "
    `);
  });

  test('leaves out the least needed columns on a narrow screen, never the drill', () => {
    expect(renderHistory(records, 80)).toMatchInlineSnapshot(`
      "STARTED (UTC)     DATABASE  VERDICT           DRILL
      2026-03-01 03:00  shop      PROVEN            drill-20260301-030000-a1b2
      2026-03-01 03:00  店        NOT_PROVEN        drill-20260301-030000-a1b2
      2026-03-01 03:00  shop      COULD_NOT_VERIFY  drill-20260301-030000-a1b2
      "
    `);
  });

  test.each([75, 80, 90, 100, 120, 200])('fits into %i columns', (width) => {
    expect(widest(renderHistory(records, width))).toBeLessThanOrEqual(width);
  });

  test('counts further reasons', () => {
    const findings = [aFinding('NO_DATA'), aFinding('FK_ORPHANS'), aFinding('RTO_SLOWER')];
    expect(renderHistory([aFailedRecord({ findings })], 200)).toContain('NO_DATA +1');
  });

  test('says when there is none', () => {
    expect(renderHistory([])).toBe('No drill is in the ledger yet.\n');
  });

  test('keeps a hostile name on its line', () => {
    const lines = renderHistory([aHostileRecord({ drillId: 'd' })], 120)
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.filter((line) => unsafeOnTerminal.test(line))).toEqual([]);
  });
});

describe('one record on a terminal', () => {
  test('in full', () => {
    expect(renderShow(aFailedRecord(), 80)).toMatchInlineSnapshot(`
      "shop: NOT_PROVEN

      Reason: 12 rows of public.orders point to missing rows of public.customers.

      Drill     drill-20260301-030000-a1b2 (drill, by schedule)
      Time      2026-03-01 03:00:00 UTC to 2026-03-01 03:03:12 UTC
      Dump      postgres/shop_20260301T020000Z.dump
                custom archive 1.14, 12.3 MB, from PostgreSQL 15.18 (Debian
                15.18-0+deb12u1)
      State of  2026-03-01 02:00:00 UTC, 1 h old
      Restored  2 tables, 49,324 rows
      Checks    1 passed, 1 failed, 0 not run
      RTO       3 min 4 s of 4 h allowed (met)
      RPO       1 h of 1 d allowed (met)

      Findings
        error FK_ORPHANS: 12 rows of public.orders point to missing rows of
          public.customers
          → Find how the orphans came about in production; a NOT VALID or disabled
            foreign key lets them in.
        note CHECKSUM_ABSENT: shop_20260301T020000Z.dump has no checksum sidecar
          → Write \`<dump>.sha256\` beside each dump in the backup job.

      Steps
             0.4 s  Select dump
        2 min 30 s  Restore dump into sandbox
              30 s  Run checks

      Checks
        RESULT  CHECK                             TIME
        passed  row counts equal the dump       220 ms
        failed  foreign keys have no orphans  1,450 ms

      Tables
          ROWS  TABLE             DATABASE
         1,204  public.customers  shop
        48,120  public.orders     shop

      Not tested
        - The uploads archive was not opened.
        - Application code was not run.
      "
    `);
  });

  test('without a dump', () => {
    expect(renderShow(anUnverifiedRecord(), 80)).toMatchInlineSnapshot(`
      "shop: COULD_NOT_VERIFY

      Reason: none of 3 objects under s3://acme-backups/postgres/ is eligible.

      Drill     drill-20260301-030000-a1b2 (drill, by schedule)
      Time      2026-03-01 03:00:00 UTC to 2026-03-01 03:03:12 UTC
      Dump      none
      Restored  nothing
      Checks    none ran
      RTO       not measured (4 h allowed)
      RPO       not measured (1 d allowed)

      Findings
        unverified NO_DUMP_FOUND: none of 3 objects under
          s3://acme-backups/postgres/ is eligible
          → Check that the backup job runs, and that the prefix and pattern in
            drills.yaml match the names it writes; \`restore-drill list\` shows what was
            seen and why it was refused.

      Steps
             0.4 s  Select dump

      Not tested
        - Nothing was restored.
      "
    `);
  });

  test('cuts long lists and says so', () => {
    const tables = Array.from({ length: 45 }, (_, n) => ({
      database: 'shop',
      schema: 'public',
      name: `t${n}`,
      rows: n,
    }));
    expect(renderShow(aRecord({ tables }), 80)).toContain('… and 5 more; --format json lists all');
  });

  test.each([50, 80, 120])('fits into %i columns, hostile names included', (width) => {
    const text = renderShow(aHostileRecord({ database: 'shop' }), width);
    expect(widest(text)).toBeLessThanOrEqual(width);
    expect(text.split('\n').filter((line) => unsafeOnTerminal.test(line))).toEqual([]);
  });
});
