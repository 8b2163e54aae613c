import { describe, expect, test } from 'vitest';
import { renderVerdict } from '../../../../lib/cli/render/verdict.ts';
import { renderShow } from '../../../../lib/domain/record/report/dossier.ts';
import { githubAnnotations } from '../../../../lib/domain/record/report/github-annotations.ts';
import { renderHtml } from '../../../../lib/domain/record/report/html.ts';
import { renderJunit } from '../../../../lib/domain/record/report/junit.ts';
import { renderMarkdown } from '../../../../lib/domain/record/report/markdown.ts';
import { aFailedRecord, aFinding } from '../../../support/records.ts';

/** The message of a finding may begin with the name of a table, a database or a file, which no sentence may capitalise. */
const record = aFailedRecord({ findings: [aFinding('FK_ORPHANS', 'orders points nowhere')] });

describe('a name at the beginning of a reason keeps its letters', () => {
  const views: [string, () => string][] = [
    ['the end of a run', () => renderVerdict(record, { width: 80, colour: false })],
    ['show', () => renderShow(record)],
    ['report.md', () => renderMarkdown(record, { seal: { state: 'none' } })],
    ['report.html', () => renderHtml(record, { seal: { state: 'none' } })],
    ['junit.xml', () => renderJunit(record)],
    ['annotations of GitHub', () => githubAnnotations(record).join('\n')],
  ];

  test.each(views)('%s', (_what, render) => {
    const text = render();
    expect(text).toContain('orders points nowhere');
    expect(text).not.toContain('Orders points');
  });
});
