import { describe, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import { githubAnnotations } from '../../../../lib/domain/record/report/github-annotations.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFailedRecord, aRecord } from '../../../support/records.ts';

/** As the runner of GitHub reads a line (actions/runner, src/Runner.Common/ActionCommand.cs). */
function read(line: string): { command: string; title: string; message: string } {
  const [, command = '', properties = '', data = ''] =
    /^::(\w+) ([^:]*(?:%3A[^:]*)*)::(.*)$/.exec(line) ?? [];
  const unescaped = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  return { command, title: unescaped(properties.replace(/^title=/, '')), message: unescaped(data) };
}

describe('the annotations of a job', () => {
  test('tell the verdict and each finding with what to do', () => {
    expect(githubAnnotations(aFailedRecord()).map(read)).toEqual([
      {
        command: 'error',
        title: 'NOT PROVEN: shop',
        message: '12 rows of public.orders point to missing rows of public.customers.',
      },
      {
        command: 'error',
        title: 'FK_ORPHANS (shop)',
        message: expect.stringMatching(/^12 rows of public\.orders .* → Find how the orphans came about/),
      },
      { command: 'notice', title: 'CHECKSUM_ABSENT (shop)', message: expect.any(String) },
    ]);
  });

  test('of a proven drill are a notice', () => {
    expect(githubAnnotations(aRecord()).map(read)).toMatchObject([
      { command: 'notice', title: 'PROVEN: shop' },
    ]);
  });

  test('carry what would be a command, or 100%, as text on one line', () => {
    const message = '50% of a,b: c\n::set-output name=x::y\r::error::z';
    const record = aFailedRecord({ database: 'a,b::c', findings: [finding('FK_ORPHANS', message)] });
    const lines = githubAnnotations(record);
    for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
    expect(read(lines[1] ?? '')).toMatchObject({ command: 'error', title: 'FK_ORPHANS (a,b::c)' });
    expect(read(lines[1] ?? '').message).toContain(message);
    for (const line of githubAnnotations(aHostileRecord()))
      expect(line).toMatch(/^::(error|warning|notice) /);
  });

  test('are no more than GitHub shows', () => {
    const findings = Array.from({ length: 100 }, (_, n) => finding('FK_ORPHANS', String(n)));
    expect(githubAnnotations(aFailedRecord({ findings }))).toHaveLength(10);
  });
});
