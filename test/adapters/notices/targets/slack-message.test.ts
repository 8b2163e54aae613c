import { describe, expect, test } from 'vitest';
import { slackMessage } from '../../../../lib/adapters/notices/targets/slack-message.ts';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFailedRecord, aRecord } from '../../../support/records.ts';

const here = { path: '/reports/report.md', link: null };

/** What a reader sees, with links as [label](url). */
function shown(record: DrillRecord, place: Parameters<typeof slackMessage>[2] = here): string {
  const earlier = { previousVerdict: 'NOT_PROVEN', lastProvenAt: null } as const;
  return slackMessage(record, earlier, place)
    .blocks.map((block) => {
      if (block.type === 'header') return `# ${block.text.text}`;
      if (block.type !== 'rich_text') throw new Error(`nobody expected ${block.type}`);
      return block.elements
        .flatMap((section) => (section.type === 'rich_text_section' ? section.elements : []))
        .map((one) => {
          if (one.type === 'link') return `[${one.text}](${one.url})`;
          if (one.type !== 'text') throw new Error(`nobody expected ${one.type}`);
          return one.text;
        })
        .join('');
    })
    .join('\n\n');
}

describe('the message to Slack', () => {
  test('tells verdict, why, age, objectives, findings with what to do, and where the report is', () => {
    expect(shown(aFailedRecord())).toMatchInlineSnapshot(`
      "# ❌ shop: NOT PROVEN

      Reason: 12 rows of public.orders point to missing rows of public.customers.

      Backup: postgres/shop_20260301T020000Z.dump
      Age: 1 h
      RTO: 3 min 4 s of 4 h allowed (met)
      RPO: 1 h of 1 d allowed (met)

      ERROR FK_ORPHANS: 12 rows of public.orders point to missing rows of public.customers
      → Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.

      Report: /reports/report.md
      Drill: drill-20260301-030000-a1b2"
    `);
  });

  test('calls a good drill after a bad one proven again, and links to where it ran', () => {
    const link = { label: 'the job', url: 'https://ci.example/1' };
    const text = shown(aRecord(), { path: null, link });
    expect(text).toContain('# ✅ shop: PROVEN again');
    expect(text).toContain('[the job](https://ci.example/1)');
  });

  test('keeps to what Slack takes, with thousands of findings and endless names', () => {
    const findings = Array.from({ length: 5000 }, (_, n) =>
      finding('FK_ORPHANS', `${n} ${'x'.repeat(5000)}`),
    );
    const record = aFailedRecord({ findings, database: 'd'.repeat(300) });
    const { text, blocks } = slackMessage(record, null, here);
    expect(text.length).toBeLessThan(3000);
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks)
      if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150);
    expect(JSON.stringify(blocks).length).toBeLessThan(16_000);
    expect(shown(record)).toContain('… and 4990 more in the report');
  });

  test('makes neither links nor mentions of names', () => {
    const record = aFailedRecord({
      findings: [finding('FK_ORPHANS', 'rows of <!channel> & <http://evil|x>')],
    });
    expect(slackMessage(record, null, here).text).toContain('&lt;!channel&gt; &amp; &lt;http');
    expect(shown(aHostileRecord()).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  });
});
