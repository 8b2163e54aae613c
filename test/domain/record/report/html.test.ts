import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hookKind } from '../../../../lib/domain/checks/asking/check.ts';
import { checkKinds } from '../../../../lib/domain/checks/registry.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { pastDrills } from '../../../../lib/domain/record/past-drills.ts';
import { html, htmlSentence, htmlText, shortName } from '../../../../lib/domain/record/report/html/markup.ts';
import { renderHtml } from '../../../../lib/domain/record/report/html.ts';
import { policyRules } from '../../../../lib/domain/recovery/policy-rules.ts';
import { aHostileRecord, hostileName, unsafeOnTerminal } from '../../../support/hostile-record.ts';
import { expectOursAlone, textOf } from '../../../support/html-page.ts';
import { aFailedRecord, aFinding, anUnverifiedRecord, aRecord } from '../../../support/records.ts';
import { aHugeRecord, newestWithPast, weeklyDrills } from '../../../support/sample-records.ts';

const alone = { seal: { state: 'none' } } as const;

const aCheckOf = (
  kind: string,
  given: Partial<DrillRecord['checks'][number]>,
): DrillRecord['checks'][number] => ({
  ...{
    name: kind,
    kind,
    status: 'passed',
    durationMs: 31,
    expected: '5 rows',
    actual: '5 rows',
    scope: 'main',
  },
  ...given,
});

describe('text in HTML', () => {
  test.each([
    ['a & b', 'a &amp; b'],
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    [`" onload='x'`, '&quot; onload=&#39;x&#39;'],
    ['\u202Egpj.exe', '\\u{202e}gpj.exe'],
    ['a\nb', 'a\\nb'],
  ])('%j becomes %s', (text, expected) => {
    expect(htmlText(text)).toBe(expected);
    expect(html`${text}`.text).toBe(expected);
    expect(html`<p title="${text}">${[text]}</p>`.text).toBe(`<p title="${expected}">${expected}</p>`);
  });

  test('of a sentence keeps commands in backticks as code, and never what is in them as markup', () => {
    expect(htmlSentence('Write `<dump>.sha256`, not `this').text).toBe(
      'Write <code>&lt;dump&gt;.sha256</code>, not &#96;this',
    );
  });

  test('that nobody reads to its end keeps both its ends, and whole characters', () => {
    const long = `begin${'🦆'.repeat(10_000)}end`;

    expect(shortName('orders')).toBe('orders');
    expect(shortName(long, 30)).toBe(`begin${'🦆'.repeat(15)} … ${'🦆'.repeat(7)}end`);
  });
});

describe('the report in HTML', () => {
  const { record, past } = newestWithPast();
  const page = renderHtml(record, {
    seal: { state: 'sealing', keyId: 'ed25519:abc' },
    recordSha256: 'f'.repeat(64),
    past,
  });

  test('asks for nothing and lets in its own style only', () => {
    expectOursAlone(page);
    expect(page).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'">/,
    );
    const references = [...page.matchAll(/(?:href|src|url)(?:=|\()"?([^")]*)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(5);
    expect(references.filter((to) => !/^#[a-z-]+$|^data:,$/.test(to))).toEqual([]);
    expect(page).not.toMatch(/@import|@font-face|https?:/);
  });

  test('opens with the verdict, why, the age and the objectives', () => {
    expect(textOf(page)).toMatch(
      /shop\s+Proven\s+The dump was restored, all 9 checks passed, and both objectives were met\./,
    );
    expect(textOf(page)).toMatch(/Age of the dump\s+1 h\s/);
    expect(textOf(page)).toMatch(/Recovery time \(RTO\)\s+34 min 49 s\s+met; 40 min allowed/);
    expect(textOf(page)).toMatch(/Loss of data \(RPO\)\s+1 h 1 min\s+met; 1 d allowed/);
  });

  test('has a table beside each plot', () => {
    const figures = page.match(/<figure [\s\S]*?<\/figure>/g) ?? [];

    expect(figures.map((figure) => /id="([a-z]+)-plot"/.exec(figure)?.[1])).toEqual([
      ...['timeline', 'rto', 'size', 'rows'],
    ]);
    for (const figure of figures) {
      expect(figure).toMatch(/role="img" aria-label="[^"]{30,}"/);
      expect(figure).toMatch(/<details>[\s\S]*<table role="table">[\s\S]*<\/table>/);
    }
    const rto = figures[1] ?? '';
    expect(rto.match(/<circle/g)).toHaveLength(20);
    expect(rto.match(/<tr role="row">/g)).toHaveLength(21);
    expect(rto).toContain('objective 40 min');
  });

  test('draws the objective at the edge and says so where it lies far above', () => {
    const far = renderHtml({ ...record, rto: { ...record.rto, targetSeconds: 86_400 } }, { ...alone, past });

    expect(far).toContain('objective 1 d, above this scale');
  });

  test('names few moments below a plot and none twice, whether drills are seconds or years apart', () => {
    for (const seconds of [8, 90, 4000, 90_000, 2_000_000, 90_000_000]) {
      const startedAt = new Date(Date.parse(record.startedAt) - seconds * 1000).toISOString();
      const before = pastDrills(record, [{ ...record, drillId: 'before', startedAt }]);
      const [, rto = ''] =
        /<figure id="rto-plot"([\s\S]*?)<\/figure>/.exec(renderHtml(record, { ...alone, past: before })) ??
        [];
      const labels = [...rto.matchAll(/class="tick middle"[^>]*>([^<]*)</g)].map((match) => match[1]);

      expect(labels.length, `${seconds} s`).toBeGreaterThan(0);
      expect(labels.length, `${seconds} s`).toBeLessThan(7);
      expect(new Set(labels).size, `${seconds} s`).toBe(labels.length);
    }
  });

  test('compares the rows of each table with the last proven drill and with the backup', () => {
    const drills = weeklyDrills();
    const changed: DrillRecord = {
      ...record,
      tables: [
        { database: 'shop', schema: 'public', name: 'addresses', rows: 10, expected: 12 },
        { database: 'shop', schema: 'public', name: 'fresh', rows: 1204, expected: 1204 },
      ],
    };
    const text = textOf(renderHtml(changed, { ...alone, past: pastDrills(changed, drills) })).replace(
      /\n+/g,
      ' ',
    );

    expect(text).toContain('public.addresses 10 65,611 12 −65,601 (−100%)');
    expect(text).toContain('public.fresh 1,204 new 1,204 –');
    expect(text).toMatch(/public\.products gone [\d,]+ – −[\d,]+ \(−100%\)/);
    expect(text).toContain('“Last proven” is the drill of 2026-11-16 03:00:00 UTC.');
  });

  test('says of each check what was expected, what came back and of what, those that did not pass first', () => {
    const checks: DrillRecord['checks'] = [
      aCheckOf('rowCounts', { name: 'row counts', scope: 'main: 8 tables' }),
      aCheckOf('freshness', {
        ...{ name: 'newest row of public.orders', status: 'failed', durationMs: 1250 },
        ...{ expected: 'not older than 1 d', actual: '3 d old', scope: 'main: public.orders.placed_at' },
      }),
    ];
    const text = textOf(renderHtml({ ...record, checks }, alone)).replace(/\s+/g, ' ');

    expect(text).toContain(
      'Check Result Expected Actual Scope newest row of public.orders freshness of the data failed 1.3 s not older than 1 d 3 d old main: public.orders.placed_at',
    );
    expect(text).toContain('row counts passed 31 ms 5 rows 5 rows main: 8 tables');
  });

  test('of a record whose checks did not say what they expected has no empty columns for it', () => {
    expect(textOf(renderHtml(aRecord(), alone))).not.toMatch(/Actual|Scope/);
  });

  test('has words for every kind of check, entry, outcome and finding, and no code without them', () => {
    const checks = [...checkKinds.map(({ kind }) => kind), hookKind].map((kind) =>
      aCheckOf(kind, { name: 'a check' }),
    );
    const [exception] = record.restore?.exceptions ?? [];
    const restore = {
      ...record.restore,
      exceptions: [...Object.keys(policyRules), 'table "a" is missing'].map((reason) => ({
        ...exception,
        type: 'FK CONSTRAINT',
        reason,
      })),
    };
    const attempts = [record.attempts, aFailedRecord().attempts]
      .flat()
      .map((attempt) => ({ ...attempt, findingCodes: ['FK_ORPHANS', 'ROW_COUNT_MISMATCH'] }));
    const everything = { ...record, checks, restore, attempts } as DrillRecord;
    const words = (page: string) =>
      textOf(page.replace(/<code>.*?<\/code>|<p class="code">.*?<\/p>/gs, '')).replace(/\([A-Z_]+\)/g, '');
    const codes = /\b[a-z]+[A-Z]\w+|\b[A-Z]+_[A-Z_]+\b|FK CONSTRAINT/g;

    expect(words(renderHtml(everything, { ...alone, past })).match(codes)).toEqual(null);
    expect(textOf(renderHtml(everything, alone))).toContain(
      'Rows point to rows that do not exist (FK_ORPHANS)',
    );
  });

  test('groups findings by where their cause lies, with what to do, and those of a kind once', () => {
    const failed = aFailedRecord({
      findings: [
        aFinding('CHECKSUM_ABSENT', 'shop.dump has no .sha256 beside it'),
        aFinding('FK_ORPHANS', 'orders point to missing customers'),
        aFinding('FK_ORPHANS', 'payments point to missing orders'),
        aFinding('RTO_MISSED', 'took 2 h of 1 h'),
      ],
    });
    const text = textOf(renderHtml(failed, alone)).replace(/\s+/g, ' ');

    expect(text).toMatch(
      /In this backup error Rows point to rows that do not exist\. orders point to missing customers\. payments point to missing orders\. What to do: Find how the orphans came about/,
    );
    expect(text.match(/Find how the orphans came about/g)).toHaveLength(1);
    expect(text).toContain('In what was asked, promised or configured error took 2 h of 1 h. What to do:');
  });

  test('says in words why something was left out', () => {
    const text = textOf(page).replace(/\s+/g, ' ');

    expect(text).toContain('Only the owner may comment, and the superuser owns them');
    expect(text).toMatch(/left out 1 entry .* extension pg_cron/);
    expect(text).not.toContain('skipped by policy');
  });

  test('of a rule that this release does not know says its name', () => {
    const [exception] = record.restore?.exceptions ?? [];
    const restore = { ...record.restore, exceptions: [{ ...exception, reason: 'rule-of-tomorrow' }] };

    expect(renderHtml({ ...record, restore } as DrillRecord, alone)).toContain('rule-of-tomorrow');
  });

  test('says by which key it is signed, or that it is not, and what to compare', () => {
    expect(textOf(page)).toMatch(/Signed with the key\s+ed25519:abc/);
    expect(page).toContain('f'.repeat(64));
    expect(textOf(renderHtml(record, alone))).toContain('Not signed.');
    expect(textOf(renderHtml(record, alone))).toContain('not computed for this copy');
  });

  test('says plainly when there is nothing to compare with', () => {
    expect(renderHtml(record, alone)).toContain('were not read for this report');
    expect(renderHtml(record, { ...alone, past: { drills: [], lastProven: null } })).toContain(
      'This is the first drill of this database',
    );
  });

  test('of a drill that could not run claims nothing', () => {
    const text = textOf(renderHtml(anUnverifiedRecord(), alone)).replace(/\s+/g, ' ');

    expect(text).toContain('Could not verify');
    expect(text).toContain('not measured 4 h allowed');
    expect(text).toContain('none ran.');
    expect(text).not.toMatch(/\bmet\b/);
  });

  test('of a record of the first release, without what came later, is whole', () => {
    const { sandbox: _s, objects: _o, witness: _w, cost: _c, ...old } = aRecord();

    expectOursAlone(renderHtml(old, { ...alone, past }));
  });

  test('of findings and outcomes that another release had names them all the same', () => {
    const other = aFailedRecord({
      findings: [{ ...aFinding('FK_ORPHANS', 'odd'), code: 'OF_TOMORROW' as never }],
    });

    const text = textOf(renderHtml(other, alone));
    expect(text).toContain('Of another release');
    expect(text).toContain('OF_TOMORROW');
  });
});

describe('a hostile record in HTML', () => {
  test('adds no markup, and shows what it holds', () => {
    const page = renderHtml(aHostileRecord(), alone);

    expectOursAlone(page);
    expect([...page].filter((character) => character !== '\n' && unsafeOnTerminal.test(character))).toEqual(
      [],
    );
    expect(textOf(page)).toContain('<script>alert(1)</script> & "q"');
  });

  test('of any names adds no markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const page = renderHtml(
          aHostileRecord({ database: name, drillId: name, notTested: [name], operator: name }),
          { seal: { state: 'sealing', keyId: name } },
        );
        expectOursAlone(page);
      }),
      { numRuns: 60 },
    );
  });

  test('of 5,000 tables, findings and exceptions with long names stays light, and says what it leaves out', () => {
    for (const name of ['a', hostileName.repeat(40)]) {
      const huge = aHugeRecord(5000, name);
      const page = renderHtml(huge, {
        ...alone,
        past: pastDrills(huge, [
          { ...huge, drillId: 'before', startedAt: '2026-02-01T00:00:00.000Z', verdict: 'PROVEN' },
        ]),
      });

      expect(Buffer.byteLength(page)).toBeLessThan(300_000);
      expect(textOf(page)).toMatch(
        /Of 5,000 tables these are the 250 that differ or changed most; record\.json lists all\./,
      );
      expect(textOf(page)).toMatch(/and 4,988 more, in record\.json/);
      expectOursAlone(page);
    }
  });

  test('never cuts away the tables that are wrong', () => {
    const huge = aHugeRecord(5000, 'a');
    const tables = huge.tables.map((table, place) => (place === 4321 ? { ...table, expected: 7 } : table));

    expect(renderHtml({ ...huge, tables }, alone)).toContain('public.a4321<');
  });
});
