import * as z from 'zod';
import { DrillError } from '../domain/findings/errors.ts';

/** One document of the evidence of a drill: where it lies, and how it is read. */
export interface EvidenceEntry<Document> {
  /** File below the folder of the drill, e.g. `account-1.json`. May hold a database's name, so anything. */
  readonly file: string;
  /** @throws ZodError, or DrillError, for what is not such a document */
  parse(json: unknown): Document;
  /** The document as it is kept. */
  format(document: Document): unknown;
}

/** An entry whose document is kept as it is. */
export const entryOf = <Document>(name: string, schema: z.ZodType<Document>): EvidenceEntry<Document> => ({
  file: `${name}.json`,
  parse: (json) => schema.parse(json),
  format: (document) => document,
});

/**
 * Reads what a store found. `place` is where it lay, for the message, which names the field that is wrong and never its
 * value.
 *
 * @throws DrillError EVIDENCE_UNREADABLE
 */
export function readEvidence<Document>(
  entry: EvidenceEntry<Document>,
  text: string,
  place: string,
): Document {
  try {
    return entry.parse(JSON.parse(text));
  } catch (error) {
    throw new DrillError('EVIDENCE_UNREADABLE', `cannot read ${place}: ${problemOf(error)}`, {
      hint: 'Nothing but restore-drill may change the evidence of a running drill; start the drill again.',
      fault: 'service',
    });
  }
}

function problemOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it holds no JSON';
  if (!(error instanceof z.ZodError)) return 'it holds another document';
  const path = error.issues[0]?.path.join('.') ?? '';
  return path === '' ? 'it holds another document' : `${path} is not what it should be`;
}
