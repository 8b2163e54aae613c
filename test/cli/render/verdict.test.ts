import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { colourWanted, widthOf } from '../../../lib/cli/render/colour.ts';
import { renderVerdict } from '../../../lib/cli/render/verdict.ts';
import { aHostileRecord, unsafeOnTerminal } from '../../support/hostile-record.ts';
import { aFailedRecord, aFinding, anUnverifiedRecord, aRecord } from '../../support/records.ts';

const plain = { width: 80, colour: false };

describe('the end of a run', () => {
  test('when the dump is proven', () => {
    expect(
      renderVerdict(aRecord(), { ...plain, reports: ['/home/me/drills/report.md'] }),
    ).toMatchInlineSnapshot(`
      "
      ✔ PROVEN  shop: this dump restores (3 min 12 s)
        The dump was restored, all 2 checks passed, and both objectives were met.

        Dump      postgres/shop_20260301T020000Z.dump
                  custom archive 1.14, 12.3 MB, from PostgreSQL 15.18 (Debian
                  15.18-0+deb12u1)
        State of  2026-03-01 02:00:00 UTC, 1 h old
        Restored  2 tables, 49,324 rows
        Checks    2 passed, 0 failed, 0 not run
        RTO       3 min 4 s of 4 h allowed (met)
        RPO       1 h of 1 d allowed (met)

        Not tested
          - The uploads archive was not opened.
          - Application code was not run.

        Reports   /home/me/drills/report.md
      "
    `);
  });

  test('when something is wrong', () => {
    expect(renderVerdict(aFailedRecord(), plain)).toMatchInlineSnapshot(`
      "
      ✖ NOT_PROVEN  shop: do not rely on this dump (3 min 12 s)
        Reason: 12 rows of public.orders point to missing rows of public.customers.

        error FK_ORPHANS: 12 rows of public.orders point to missing rows of
          public.customers
          → Find how the orphans came about in production; a NOT VALID or disabled
            foreign key lets them in.
        note CHECKSUM_ABSENT: shop_20260301T020000Z.dump has no checksum sidecar
          → Write \`<dump>.sha256\` beside each dump in the backup job.

        Dump      postgres/shop_20260301T020000Z.dump
                  custom archive 1.14, 12.3 MB, from PostgreSQL 15.18 (Debian
                  15.18-0+deb12u1)
        State of  2026-03-01 02:00:00 UTC, 1 h old
        Restored  2 tables, 49,324 rows
        Checks    1 passed, 1 failed, 0 not run
        RTO       3 min 4 s of 4 h allowed (met)
        RPO       1 h of 1 d allowed (met)

        Not tested
          - The uploads archive was not opened.
          - Application code was not run.
      "
    `);
  });

  test('when nothing could be verified', () => {
    expect(renderVerdict(anUnverifiedRecord(), plain)).toMatchInlineSnapshot(`
      "
      ? COULD_NOT_VERIFY  shop: nothing is proven either way (3 min 12 s)
        Reason: none of 3 objects under s3://acme-backups/postgres/ is eligible.

        unverified NO_DUMP_FOUND: none of 3 objects under
          s3://acme-backups/postgres/ is eligible
          → Check that the backup job runs, and that the prefix and pattern in
            drills.yaml match the names it writes; \`restore-drill list\` shows what was
            seen and why it was refused.

        Dump      none
        Restored  nothing
        Checks    none ran
        RTO       not measured (4 h allowed)
        RPO       not measured (1 d allowed)

        Not tested
          - Nothing was restored.
      "
    `);
  });

  test('names the older dump that holds', () => {
    const text = renderVerdict(aFailedRecord({ provenDump: 'old.dump' }), plain).replace(/\s+/g, ' ');
    expect(text).toContain('An older dump, old.dump, was restored and holds.');
  });

  test('lists the first errors of a dump that is wrong in every entry, and counts the others', () => {
    const errors = Array.from({ length: 1200 }, (_, n) => aFinding('FK_ORPHANS', `orphans in t${n}`));
    const text = renderVerdict(aFailedRecord({ findings: errors }), plain);
    expect(text.match(/error FK_ORPHANS/g)).toHaveLength(50);
    expect(text).toContain('… and 1,150 more errors in the reports');
  });

  test('shows every error and cuts only notes', () => {
    const errors = Array.from({ length: 12 }, (_, n) => aFinding('FK_ORPHANS', `orphans in t${n}`));
    const notes = Array.from({ length: 7 }, (_, n) => aFinding('DUMP_REFUSED', `refused d${n}`));
    const text = renderVerdict(aFailedRecord({ findings: [...notes, ...errors] }), plain);
    expect(text.match(/error FK_ORPHANS/g)).toHaveLength(12);
    expect(text.match(/note DUMP_REFUSED/g)).toHaveLength(5);
    expect(text).toContain('… and 2 more warnings and notes in the reports');
    expect(text.indexOf('orphans in t0')).toBeLessThan(text.indexOf('refused d0'));
  });

  test('never calls an objective met that was not measured', () => {
    const rto = { targetSeconds: 60, actualSeconds: null, lastProvenSeconds: null };
    expect(renderVerdict(aRecord({ rto }), plain)).toContain('RTO       not measured (1 min allowed)');
    const missed = { ...rto, actualSeconds: 61 };
    expect(renderVerdict(aRecord({ rto: missed }), plain)).toContain('1 min 1 s of 1 min allowed (missed)');
  });

  test('says when the sandbox may still be there', () => {
    const teardown = { confirmed: false, detail: 'the server still runs' };
    const findings = [aFinding('TEARDOWN_FAILED', 'the server still runs')];
    expect(renderVerdict(aRecord({ teardown, findings }), plain)).toContain(
      'Sandbox   NOT confirmed gone: the server still runs',
    );
  });

  test('says that the sandbox is kept, without alarm, where that was asked for', () => {
    const teardown = { confirmed: false, detail: 'kept until 2026-11-29T22:50:15Z, as --keep asked' };
    expect(renderVerdict(aRecord({ teardown }), plain)).toContain(
      'Sandbox   kept until 2026-11-29T22:50:15Z, as --keep asked',
    );
  });

  test.each([
    [aRecord(), '\u001b[32m'],
    [aFailedRecord(), '\u001b[31m'],
    [anUnverifiedRecord(), '\u001b[33m'],
  ])('is coloured by verdict, and reads the same without (%#)', (record, colour) => {
    const coloured = renderVerdict(record, { width: 80, colour: true });
    expect(coloured.trimStart().startsWith(colour)).toBe(true);
    expect(stripVTControlCharacters(coloured)).toBe(renderVerdict(record, plain));
  });

  test.each([40, 60, 80, 120])('fits into %i columns, hostile names included', (width) => {
    const text = renderVerdict(aHostileRecord({ database: 'shop' }), { width, colour: false });
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(
      Math.max(width, 60),
    );
    expect(text.split('\n').filter((line) => unsafeOnTerminal.test(line))).toEqual([]);
  });
});

describe('colour and width', () => {
  test.each([
    { isTTY: true, env: {}, colour: true },
    { isTTY: false, env: {}, colour: false },
    { isTTY: true, env: { NO_COLOR: '1' }, colour: false },
    { isTTY: true, env: { NO_COLOR: '' }, colour: true },
    { isTTY: true, env: { TERM: 'dumb' }, colour: false },
    { isTTY: false, env: { FORCE_COLOR: '1' }, colour: true },
    { isTTY: true, env: { FORCE_COLOR: '0' }, colour: false },
    { isTTY: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, colour: false },
  ])('terminal $isTTY with $env gives colour $colour', ({ isTTY, env, colour }) => {
    expect(colourWanted({ isTTY }, env)).toBe(colour);
  });

  test('width follows the screen within what can be read', () => {
    expect(
      [undefined, 10, 100, 400].map((columns) => widthOf(columns === undefined ? {} : { columns })),
    ).toEqual([80, 40, 100, 120]);
  });
});
