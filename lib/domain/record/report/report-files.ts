import type { DrillRecord } from '../drill-record.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import type { ReportContext } from './report-context.ts';

/** The reports beside the evidence, for people and for CI. `record` is the document of the same name, in lines. */
export const reportFiles = {
  record: 'record.json',
  html: 'report.html',
  markdown: 'report.md',
  junit: 'junit.xml',
} as const;

export type ReportKind = keyof typeof reportFiles;
export type ReportFile = (typeof reportFiles)[ReportKind];

/** How each report is made: one more kind of report is a file above and a line here. */
const renderers: Record<ReportKind, (record: DrillRecord, context: ReportContext) => string> = {
  record: renderJson,
  html: renderHtml,
  markdown: renderMarkdown,
  junit: renderJunit,
};

/** One report of a drill. */
export interface RenderedReport {
  name: ReportFile;
  text: string;
}

/** One report, rendered from the record alone. */
export const renderReport = (
  kind: ReportKind,
  record: DrillRecord,
  context: ReportContext,
): RenderedReport => ({
  name: reportFiles[kind],
  text: renderers[kind](record, context),
});

/** All reports of a drill, as the last step writes them, and `--out` and `report` give them. */
export const renderReports = (record: DrillRecord, context: ReportContext): RenderedReport[] =>
  (Object.keys(reportFiles) as ReportKind[]).map((kind) => renderReport(kind, record, context));
