import { randomBytes } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../adapters/files/atomic-file.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { githubAnnotations } from '../../domain/record/report/github-annotations.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';

/** GitHub takes 1 MiB for the summary of a step, and shows nothing of a larger one. */
const mostSummaryBytes = 1_000_000;

/**
 * Tells a job of GitHub Actions of a drill: annotations on stderr, where GitHub reads them as well as on stdout; the report
 * as the summary of the step, and the outputs `verdict`, `drill-id`, `record` and `reports`, where the job gave files for
 * them.
 *
 * @throws DrillError EVIDENCE_UNWRITABLE when such a file cannot be written
 */
export async function tellGithub(
  record: DrillRecord,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  process.stderr.write(`${githubAnnotations(record).join('\n')}\n`);
  await append(environment.GITHUB_STEP_SUMMARY, 'GITHUB_STEP_SUMMARY', await summaryIn(folder));
  await append(
    environment.GITHUB_OUTPUT,
    'GITHUB_OUTPUT',
    outputsOf({
      verdict: record.verdict,
      'drill-id': record.drillId,
      record: join(folder, reportFiles.record),
      reports: folder,
    }),
  );
}

/** The report as it was written: it says whether it is signed. */
async function summaryIn(folder: string): Promise<string> {
  const report = await readFile(join(folder, reportFiles.markdown), 'utf8');
  if (Buffer.byteLength(report) <= mostSummaryBytes) return `${report}\n`;
  const cut = Buffer.from(report).subarray(0, mostSummaryBytes).toString('utf8');
  return `${cut.slice(0, cut.lastIndexOf('\n'))}\n\nThe rest is in report.md.\n`;
}

/** Between lines that no value can hold: a name of a folder may have line ends. */
function outputsOf(outputs: Record<string, string>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const end = `end-${randomBytes(8).toString('hex')}`;
      return `${name}<<${end}\n${value}\n${end}\n`;
    })
    .join('');
}

async function append(file: string | undefined, variable: string, text: string): Promise<void> {
  if (file === undefined || file === '') return;
  try {
    await appendFile(file, text);
  } catch (error) {
    const why = systemErrorCode(error) ?? String(error);
    throw new DrillError('EVIDENCE_UNWRITABLE', `the file of ${variable} cannot be written: ${why}`, {
      hint: 'GitHub gives each step its own; leave --ci out where there is none.',
      cause: error,
    });
  }
}
