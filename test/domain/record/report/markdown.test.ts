import { describe, expect, test } from 'vitest';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { markdownSentence, markdownText } from '../../../../lib/domain/record/report/markdown-text.ts';
import { renderReport } from '../../../../lib/domain/record/report/report-files.ts';
import { aHostileRecord, unsafeOnTerminal } from '../../../support/hostile-record.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord, aRecordedDump } from '../../../support/records.ts';

const renderMarkdown = (record: DrillRecord): string =>
  renderReport('markdown', record, { seal: { state: 'none' } }).text;

describe('Markdown text', () => {
  test.each([
    ['order_items', 'order_items'],
    ['__init__', '\\_\\_init\\_\\_'],
    ['a|b', 'a\\|b'],
    ['<script>', '\\<script\\>'],
    ['`drop`', '\\`drop\\`'],
    ['[x](y)', '\\[x\\](y)'],
    ['a\nb', 'a\\\\nb'],
    ['# not a heading', '\\# not a heading'],
    ['- not a list', '\\- not a list'],
    ['1. not a list', '1\\. not a list'],
    ['15.18', '15.18'],
    ['https://evil.example', 'https\\://evil.example'],
    ['www.evil.example', 'www\\.evil.example'],
    ['\u202Egpj.exe', '\\\\u\\{202e\\}gpj.exe'],
  ])('%j becomes %j', (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  test('of a sentence keeps commands in backticks, and only those that are closed', () => {
    expect(markdownSentence('Write `<dump>.sha256`, not `this*')).toBe(
      'Write `<dump>.sha256`, not \\`this\\*',
    );
  });
});

describe('the drill record in Markdown', () => {
  test('of a healthy drill', () => {
    expect(renderMarkdown(aRecord())).toMatchInlineSnapshot(`
      "# Drill record: shop

      **PROVEN** – The dump was restored, all 2 checks passed, and both objectives were met.

      | Drill |  |
      | --- | --- |
      | Date | 2026-03-01 |
      | Drill | drill-20260301-030000-a1b2 |
      | Kind | drill: restored to prove, then destroyed |
      | Operator | schedule |
      | Start | 2026-03-01 03:00:00 UTC |
      | End | 2026-03-01 03:03:12 UTC |
      | Duration | 3 min 12 s |
      | Ages measured from | 2026-03-01 03:00:00 UTC |
      | Dump | postgres/shop_20260301T020000Z.dump |
      | Dump taken from | s3://acme-backups/postgres/ |
      | Dump version | no object version |
      | Format | custom archive 1.14 |
      | Size | 12.3 MB (12,345,678 bytes) |
      | SHA-256 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |
      | Checksum | equals the one stored beside the dump |
      | Source server | 15.18 (Debian 15.18-0+deb12u1) |
      | Made by | pg_dump 15.18 |
      | Restored into | PostgreSQL 15.18, native engine, 2 connections |
      | Restored | 49,324 rows from 12.3 MB |
      | Proven dump | postgres/shop_20260301T020000Z.dump |
      | Sandbox removed | confirmed: server stopped, data directory removed |
      | Seal | Not signed. Nothing but the place where it is kept protects it from being changed. |
      | Software | restore-drill 0.1.0, Node.js 20.20.2 |

      ## Objectives

      | Objective | Target | Achieved | Result |
      | --- | --- | --- | --- |
      | RTO | 4 h | 3 min 4 s | met |
      | RPO | 1 d | 1 h | met |

      - The dump holds the state of: 2026-03-01 02:00:00 UTC
      - Its upload ended: 2026-03-01 02:04:10 UTC
      - Newest row found after the restore: 2026-03-01 01:58:31 UTC
      - Most that can be lost between two dumps: 1 d 4 min
      - RTO of the last proven drill before: 3 min

      ## Steps

      | Step | Start | Duration | Bytes | Rows |
      | --- | --- | --- | --- | --- |
      | Select dump | 2026-03-01 03:00:00 UTC | 0.4 s |  |  |
      | Restore dump into sandbox | 2026-03-01 03:00:04 UTC | 2 min 30 s | 12.3 MB (82.3 kB/s) | 49,324 (329/s) |
      | Run checks | 2026-03-01 03:02:34 UTC | 30 s |  |  |

      ## Validation results

      Checks: 2 passed, 0 failed, 0 not run. Restored: 2 tables, 49,324 rows.

      | Check | Kind | Result | Time |
      | --- | --- | --- | --- |
      | row counts equal the dump | row counts | passed | 220 ms |
      | foreign keys have no orphans | foreign keys | passed | 1,450 ms |

      | Database | Table | Rows |
      | --- | --- | --- |
      | shop | public.customers | 1,204 |
      | shop | public.orders | 48,120 |

      ## Issues

      None.

      ## Follow-ups

      None.

      ## Left out, changed or failed while restoring

      Entries of the dump: 41 restored, 0 restored with changes, 0 left out, 0 failed.

      ## Not tested

      - The uploads archive was not opened.
      - Application code was not run.

      ## Sign-off

      |  | Name | Date | Signature |
      | --- | --- | --- | --- |
      | Carried out by |  |  |  |
      | Reviewed by |  |  |  |

      This record may be filed as evidence for SOC 2 A1.2 and A1.3 and for ISO/IEC 27001 A.8.13. It holds names, counts, times and hashes of the restored data, and none of its values.
      "
    `);
  });

  test('lists issues with the gravest first, and a follow-up for each that is open', () => {
    const text = renderMarkdown(aFailedRecord());
    expect(text.slice(text.indexOf('## Issues'), text.indexOf('## Left out'))).toMatchInlineSnapshot(`
      "## Issues

      - **error** FK_ORPHANS: 12 rows of public.orders point to missing rows of public.customers (check: foreign keys have no orphans)
        - Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.
      - **note** CHECKSUM_ABSENT: shop_20260301T020000Z.dump has no checksum sidecar
        - Write \`<dump>.sha256\` beside each dump in the backup job.

      ## Follow-ups

      - [ ] FK_ORPHANS: Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in. Owner: ____ Due: ____

      "
    `);
  });

  test('of a drill that found no dump claims nothing', () => {
    const text = renderMarkdown(anUnverifiedRecord());
    expect(text).toContain('| Dump | none |');
    expect(text).toContain('| RTO | 4 h | not measured | not measured |');
    expect(text).toContain('Nothing was restored.');
    expect(text).not.toMatch(/\| met \|/);
  });

  test('names every dump that was tried', () => {
    const attempts = [
      { key: 'new.dump', verdict: 'NOT_PROVEN' as const, findingCodes: ['FK_ORPHANS'] },
      { key: 'old.dump', verdict: 'PROVEN' as const, findingCodes: [] },
    ];
    const text = renderMarkdown(aFailedRecord({ attempts, provenDump: 'old.dump' }));
    expect(text).toContain(
      '| new.dump | Not proven | Rows point to rows that do not exist (FK_ORPHANS) |\n| old.dump | Proven |  |',
    );
    expect(text).toContain('An older dump, old.dump, was restored and holds.');
  });

  test('has words for the kind of a check, and for what was left out and why', () => {
    const exception = {
      database: 'shop',
      type: 'COMMENT',
      name: 'EXTENSION pgcrypto',
      status: 'skipped by policy',
    } as const;
    const restore = { ...aRecord().restore, exceptions: [{ ...exception, reason: 'comment-not-ours' }] };
    const checks = [{ name: 'newest order', kind: 'freshness', status: 'passed', durationMs: 7 }] as const;
    const text = renderMarkdown(aRecord({ restore, checks: [...checks] } as Partial<DrillRecord>));

    expect(text).toContain('| newest order | freshness of the data | passed | 7 ms |');
    expect(text).toContain(
      '| shop | comment on extension pgcrypto | left out | Only the owner may comment, and the superuser owns them, or the object is not restored. (rule comment-not-ours) |',
    );
  });

  test('says how many tables it leaves out', () => {
    const tables = Array.from({ length: 205 }, (_, n) => ({
      database: 'shop',
      schema: 'public',
      name: `t${n}`,
      rows: n,
    }));
    const text = renderMarkdown(aRecord({ tables }));
    expect(text).toContain('… and 5 more tables: the JSON record lists all.');
    expect(text).not.toContain('public.t200');
  });

  test('stays the same document whatever the names hold', () => {
    const text = renderMarkdown(aHostileRecord());
    const outline = (markdown: string) =>
      markdown
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .map((line) => line.split(':')[0]);
    expect(outline(text)).toEqual(
      outline(renderMarkdown(aFailedRecord({ attempts: aHostileRecord().attempts }))),
    );
    expect(text.split('\n').filter((line) => unsafeOnTerminal.test(line))).toEqual([]);
    // Code spans are literal; outside of them nothing that opens markup stands without its backslash.
    const bare = text.replace(/(?<!\\)`[^`]+`/g, '');
    expect(bare.match(/(?<!\\)(<|!\[|~~|\$)/g)).toBeNull();
    expect(bare.match(/https?:\/\//g)).toBeNull();
    for (const row of text.split('\n').filter((line) => line.startsWith('|'))) {
      expect(row.match(/(?<!\\)\|/g)?.length, row).toBeLessThanOrEqual(6);
    }
  });
});

describe('the record of a base backup', () => {
  const record = aRecord({
    dump: aRecordedDump({ key: 'basebackup/20261118T021500Z/', format: 'base backup', serverVersion: null }),
    recovered: {
      systemIdentifier: '7709311248685840412',
      startLsn: '0/F00028',
      consistentLsn: '0/F00138',
      endLsn: '0/15072A0',
      timelines: [1, 2],
      lastCommitAt: '2026-11-18T17:55:00.000Z',
      walSegments: 7,
      walBytes: 7_300_000,
      archivedAt: '2026-11-18T18:00:00.000Z',
      archiveLagSeconds: 90,
      pages: { files: 12, pages: 3837, bytes: 31_432_704, bad: 0 },
    },
  });
  const text = renderMarkdown(record);

  test('says which stretch of WAL was proven, to which commit, and how far the archive is behind', () => {
    expect(text).toContain('| WAL | 0/F00028 to 0/15072A0 on timelines 1, 2: 7 segments, 7.3 MB |');
    expect(text).toContain('| Last commit | 2026-11-18 17:55:00 UTC |');
    expect(text).toContain('| Newest file of the archive | 2026-11-18 18:00:00 UTC, 1 min 30 s before |');
    expect(text).toContain('| Pages by checksum | 3,837 in 12 files, 0 bad |');
  });

  test('speaks of no dump where it means the backup', () => {
    expect(text).toContain('The base backup was recovered with its WAL');
    expect(text).not.toMatch(/this dump|The dump was restored|Entries of the dump|pg_dump/);
  });
});
