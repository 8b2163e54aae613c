import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEntry, DumpEvent, Statement } from '../../dump/dump-stream.ts';
import { byte } from '../text/byte-kinds.ts';
import { readCopyRows } from './copy-rows.ts';
import type { SqlWindow } from './sql-window.ts';
import type { CopyFacts } from './statement-facts.ts';

/** Nobody writes more behind the semicolon of a COPY. */
const maxLineBytes = 64 * 1024;

/** A COPY … FROM stdin whose rows come next in the text. */
export interface CopyBlock extends CopyFacts {
  statement: Statement;
  entry: DumpEntry;
}

/**
 * The rows of one COPY, from `rows-begin` to `rows-end`.
 * @throws DrillError DUMP_TRUNCATED when the text ends before the line `\.`
 */
export async function* readCopyBlock(
  window: SqlWindow,
  { statement, entry, schema, table, wholeRowsOnly, backslashEscapes }: CopyBlock,
): AsyncGenerator<DumpEvent, void, undefined> {
  const { line } = statement;
  yield {
    kind: 'rows-begin',
    entry,
    copy: statement,
    schema,
    table,
    line,
    ...(wholeRowsOnly ? {} : { wholeRowsOnly }),
  };
  const sameLine = await takeRestOfLine(window);
  const name = schema === null ? table : `${schema}.${table}`;
  const total = yield* readCopyRows(window, { description: `the rows of ${name}`, backslashEscapes });
  window.prependLine(sameLine);
  yield { kind: 'rows-end', ...total };
}

/** psql reads the rows from the next line on, and what stands after the semicolon when the rows are done. */
async function takeRestOfLine(window: SqlWindow): Promise<Buffer> {
  const find = (): number => window.bytes.indexOf(byte.lineFeed, window.start);
  let newline = find();
  while (newline < 0 && (await window.more())) {
    newline = find();
    if (newline < 0 && window.bytes.length - window.start > maxLineBytes) {
      throw dumpError(
        'DUMP_CORRUPT',
        `line ${window.line}: more than ${maxLineBytes} bytes stand behind a COPY`,
      );
    }
  }
  const end = newline < 0 ? window.bytes.length : newline;
  const text = Buffer.from(window.bytes.subarray(window.start, end));
  window.advanceTo(newline < 0 ? end : newline + 1);
  return /\S/.test(text.toString('latin1')) ? Buffer.concat([text, Buffer.from('\n')]) : Buffer.alloc(0);
}
