/** Reads plain SQL text – by pg_dump, pg_dumpall, other tools, or by hand – as a stream of dump events. */
import type { DumpFormat } from '../../../../domain/backup/dump.ts';
import { isDrillError } from '../../../../domain/findings/errors.ts';
import { finding } from '../../../../domain/findings/findings.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent, DumpReader } from '../../dump/dump-stream.ts';
import { loadSqlParser } from '../../dump/sql-parser.ts';
import { withoutZeroBytes } from '../text/zero-bytes.ts';
import { type CopyBlock, readCopyBlock } from './copy-block.ts';
import { parseDumpComment } from './dump-comments.ts';
import { HeaderFacts } from './header-facts.ts';
import { JoinedDumps } from './joined-dumps.ts';
import { MetaCommands } from './meta-commands.ts';
import { Session } from './session.ts';
import { SqlWindow } from './sql-window.ts';
import { StatementScanner, type TextPiece } from './statement-scanner.ts';
import { StatementSorter } from './statement-sorter.ts';

export interface PlainDumpOptions {
  /** Asked at the end: true when there is reason to doubt a dump that has no line marking its end. */
  mustMarkEnd?: () => boolean;
  /** Longest statement that is held. */
  statementBytes?: number;
}

/**
 * Reads plain SQL to its end in constant memory. Nothing is executed: psql meta-commands that would change the meaning
 * of the dump become findings, all others are passed over. psql's variables (`:name`) are not put in: no dump sets any,
 * and `\set` is one of those findings.
 *
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, DUMP_NOT_A_DUMP, STATEMENT_TOO_LARGE, DUMP_UNREADABLE
 */
export async function* readPlainDump(
  bytes: ByteSource,
  format: DumpFormat,
  { mustMarkEnd = () => false, statementBytes }: PlainDumpOptions = {},
): DumpReader {
  await loadSqlParser();
  const window = new SqlWindow(new ByteSource(withoutZeroBytes(bytes.pieces())), statementBytes);
  const reader = new PlainDumpReader(window, format, mustMarkEnd);
  for (;;) {
    const step = reader.step();
    if (step === 'more') await window.more();
    else {
      yield* reader.takeEvents();
      if (step === 'end') return;
      if (step !== 'next') yield* readCopyBlock(window, step);
    }
  }
}

/** What to do next: read on, get more text first, or read the rows of a COPY. */
type Step = 'next' | 'more' | 'end' | CopyBlock;

class PlainDumpReader {
  readonly #window: SqlWindow;
  readonly #scanner: StatementScanner;
  readonly #facts: HeaderFacts;
  readonly #session: Session;
  readonly #sorter: StatementSorter;
  readonly #metaCommands: MetaCommands;
  readonly #joined = new JoinedDumps();
  readonly #mustMarkEnd: () => boolean;
  #sawStatement = false;
  #knownEncoding: string | null = null;

  constructor(window: SqlWindow, format: DumpFormat, mustMarkEnd: () => boolean) {
    this.#mustMarkEnd = mustMarkEnd;
    this.#window = window;
    this.#scanner = new StatementScanner(window);
    this.#facts = new HeaderFacts(format);
    this.#session = new Session(window);
    this.#sorter = new StatementSorter(this.#session, this.#scanner, window);
    this.#metaCommands = new MetaCommands(this.#session, this.#sorter, this.#facts);
  }

  /** Deals with text until there is something to hand on. */
  step(): Step {
    const ready = this.#sorter.entries.ready;
    for (;;) {
      const piece = this.#nextPiece();
      if (piece === 'more') return 'more';
      if (piece === 'end') {
        this.#finish();
        return 'end';
      }
      const copy = this.#take(piece);
      if (copy !== null) return copy;
      if (ready.length > 0) return 'next';
    }
  }

  /** @throws DrillError DUMP_TRUNCATED; DUMP_CORRUPT when the dump has ended before and what follows is no statement */
  #nextPiece(): TextPiece | 'more' | 'end' {
    try {
      return this.#scanner.next();
    } catch (error) {
      if (!this.#facts.endConfirmed || !isDrillError(error) || error.code !== 'DUMP_TRUNCATED') throw error;
      throw dumpError(
        'DUMP_CORRUPT',
        'something that is no SQL follows the line that marks the end of the dump',
        error,
      );
    }
  }

  /** Events that are ready; the header comes before everything else, and again when it has grown. */
  *takeEvents(): Generator<DumpEvent> {
    const header = this.#facts.takeEvent();
    if (header !== null) yield header;
    yield* this.#sorter.entries.ready.splice(0);
  }

  #take(piece: TextPiece): CopyBlock | null {
    if (piece.kind === 'comment') {
      this.#comment(piece.bytes, piece.line);
      return null;
    }
    this.#sawStatement = true;
    let copy: CopyBlock | null = null;
    if (piece.kind === 'meta-command') this.#metaCommands.take(piece);
    else copy = this.#sorter.take(piece.bytes, piece.line);
    this.#followSession();
    return copy;
  }

  /** The lexer and the header follow what statements and meta-commands have set. */
  #followSession(): void {
    this.#scanner.lexer.standardConformingStrings = this.#session.standardConformingStrings;
    const { encoding } = this.#session;
    if (encoding !== this.#knownEncoding) {
      this.#knownEncoding = encoding;
      this.#facts.learn({ encoding });
    }
  }

  #comment(bytes: Buffer, line: number): void {
    const comment = parseDumpComment(this.#session.decodeDisplay(bytes));
    if (comment === null) return;
    if (comment.kind === 'entry') {
      this.#reportJoined(comment.type);
      this.#sorter.startHeader(comment, line);
      return;
    }
    // What follows the comments that begin or end a dump belongs to no entry.
    if (comment.kind === 'begin') {
      this.#sorter.startHeader(null);
      this.#joined.begin(comment.of, line, this.#facts.inOpenCluster);
    }
    if (comment.kind === 'complete') {
      this.#sorter.startHeader(null);
      this.#sorter.leaveDatabase();
      this.#reportJoined(null);
    }
    const oddity = this.#facts.note(comment, line);
    if (oddity !== null) this.#sorter.report(finding('DUMP_HEADER_ODD', `${oddity}.`));
  }

  /** @param type of the entry that comes, null at the end of a dump */
  #reportJoined(type: string | null): void {
    const message = this.#joined.entry(type);
    if (message !== null) this.#sorter.joined(message);
  }

  #finish(): void {
    const { line } = this.#window;
    this.#sorter.finish();
    this.#facts.requireEnd(line);
    if (!this.#sawStatement && !this.#facts.hasBegun) {
      throw dumpError('DUMP_NOT_A_DUMP', 'the text holds no SQL statement, only comments');
    }
    if (!this.#facts.endConfirmed) {
      if (this.#mustMarkEnd()) {
        throw dumpError(
          'DUMP_CORRUPT',
          'bytes that cannot be decompressed follow, and the dump has no line that marks its end',
        );
      }
      const message =
        'The dump has no line that marks its end, so a dump cut off between two statements would go unnoticed.';
      this.#sorter.report(finding('DUMP_HEADER_ODD', message));
    }
    this.#sorter.entries.ready.push({ kind: 'end', complete: true });
  }
}
