import { type Finding, finding } from '../../../../domain/findings/findings.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { Statement } from '../../dump/dump-stream.ts';
import { namesOids } from '../text/copy-oids.ts';
import { decodeStatement } from '../text/dump-encoding.ts';
import { AnnouncedEntry } from './announced-entry.ts';
import type { CopyBlock } from './copy-block.ts';
import type { EntryComment } from './dump-comments.ts';
import { EntryAssembler } from './entry-assembler.ts';
import { LargeObjectStatements } from './large-object-statements.ts';
import type { LineEnds } from './line-ends.ts';
import { RepeatedRows } from './repeated-rows.ts';
import type { Session } from './session.ts';
import type { SqlWindow } from './sql-window.ts';
import { parseCopy, parseInsertTarget, parseSetting, type Relation } from './statement-facts.ts';
import type { StatementLexer } from './statement-lexer.ts';
import type { StatementScanner } from './statement-scanner.ts';

/** Findings of one kind beyond this number are not repeated: a damaged dump would bring millions. */
const maxFindingsPerCode = 50;

/** Tells COPY, INSERT, settings and large objects from all other statements, and gives each to where it belongs. */
export class StatementSorter {
  readonly entries = new EntryAssembler();
  readonly #session: Session;
  readonly #lexer: StatementLexer;
  readonly #lineEnds: LineEnds;
  readonly #window: SqlWindow;
  readonly #largeObjects = new LargeObjectStatements();
  readonly #reported = new Map<string, number>();
  readonly #announced = new AnnouncedEntry();
  readonly #repeated = new RepeatedRows();
  #betweenDatabases = false;
  /** Text before VALUES of the last INSERT, and the table it names. */
  #lastInsert: { prefix: Buffer; target: Relation } | null = null;

  constructor(session: Session, { lexer, lineEnds }: StatementScanner, window: SqlWindow) {
    this.#session = session;
    this.#lexer = lexer;
    this.#lineEnds = lineEnds;
    this.#window = window;
  }

  /** @param line of the comment, where there is one */
  startHeader(header: EntryComment | null, line = this.#window.line): void {
    this.releaseHeld();
    this.#reportUnkept();
    this.#announced.begin(header, line);
    this.entries.startHeader(header);
    if (header !== null) this.#reportRepeated(this.#repeated.header(header, line));
  }

  /** Another dump has begun in the same file: it may bring rows of the same tables. */
  joined(message: string): void {
    this.report(finding('DUMPS_JOINED', message));
    this.#repeated.startAnew();
  }

  /** What follows belongs to no database of a cluster until it connects to the next. */
  leaveDatabase(): void {
    this.#betweenDatabases = true;
  }

  enterDatabase(): void {
    this.#betweenDatabases = false;
    this.#repeated.startAnew();
  }

  #reportUnkept(): void {
    if (this.#announced.bringsNoRows) this.entries.addEmpty();
    const broken = this.#announced.end();
    if (broken !== null) this.report(finding('DUMP_CORRUPT', broken));
  }

  #reportRepeated(message: string | null): void {
    if (message !== null) this.report(finding('ROWS_REPEATED', message));
  }

  report(reported: Finding): void {
    const count = (this.#reported.get(reported.code) ?? 0) + 1;
    this.#reported.set(reported.code, count);
    if (count <= maxFindingsPerCode) this.entries.ready.push({ kind: 'finding', finding: reported });
  }

  /** Takes one statement, the last one of the lexer. Returns the COPY whose rows come next, if it is one. */
  take(bytes: Buffer, line: number): CopyBlock | null {
    const words = this.#lexer.words.leading;
    const { sql, codec, invalid } = decodeStatement(bytes, this.#session.textEncoding);
    // Settings and owners stand under the header of what they are about, and make nothing of it.
    if (!isSetting(words) && !isOwnership(words, sql)) this.#announced.keep(words[0]);
    if (invalid) {
      this.report(
        finding('ENCODING_INVALID', `The statement at line ${line} holds bytes that are not valid UTF-8.`),
      );
    }
    for (const found of this.#session.pendingFindings.splice(0)) this.report(found);
    const statement: Statement = { sql, codec, line };
    const isPlain = this.#largeObjects.openOid === null;
    if (isPlain && words[0] === 'insert' && this.#insert(bytes, statement)) return null;
    if (isPlain && words[0] === 'copy') return this.#copy(statement, bytes.length);
    if (isPlain && isSetting(words)) this.#setting(statement);
    else this.#other(statement, bytes.length);
    return null;
  }

  /** Hands on a BEGIN that was held back to see whether large objects follow. */
  releaseHeld(): void {
    const held = this.#largeObjects.release();
    if (held !== null) this.entries.addStatement(held, held.sql.length);
  }

  /** @throws DrillError DUMP_TRUNCATED when the data of a large object have not ended. */
  finish(): void {
    const { openOid } = this.#largeObjects;
    if (openOid !== null) {
      throw dumpError(
        'DUMP_TRUNCATED',
        `the dump ends at line ${this.#window.line}, inside large object ${openOid}`,
      );
    }
    this.releaseHeld();
    this.#reportUnkept();
    for (const message of this.#announced.unkeptRows()) this.report(finding('DUMP_CORRUPT', message));
    this.entries.flush();
    const oddity = this.#lineEnds.oddity();
    if (oddity !== null) this.report(finding('LINE_ENDS_CHANGED', oddity));
    for (const found of this.#session.pendingFindings.splice(0)) this.report(found);
  }

  #insert(bytes: Buffer, statement: Statement): boolean {
    const { valuesOffset } = this.#lexer.words;
    if (valuesOffset === null) return false;
    const prefix = bytes.subarray(0, valuesOffset);
    if (this.#lastInsert?.prefix.equals(prefix) !== true) {
      const before = Buffer.from(statement.sql, statement.codec === 'utf8' ? 'utf8' : 'latin1').subarray(
        0,
        valuesOffset,
      );
      const target = parseInsertTarget(
        before.toString(statement.codec === 'utf8' ? 'utf8' : 'latin1'),
        () => statement.sql,
      );
      if (target === null) return false;
      this.#lastInsert = { prefix: Buffer.from(prefix), target: this.#decoded(target, statement) };
    }
    this.#lineEnds.insert(bytes);
    this.releaseHeld();
    this.entries.addInsert(statement, (this.#lastInsert as { target: Relation }).target, bytes.length);
    return true;
  }

  #copy(statement: Statement, bytes: number): CopyBlock | null {
    this.releaseHeld();
    if (namesOids(statement.sql))
      throw dumpError(
        'ROWS_WITH_OIDS',
        `line ${statement.line}: the rows of a table come WITH OIDS, which PostgreSQL has not had since version 12`,
      );
    const facts = parseCopy(statement.sql);
    if (facts === null) {
      // What PostgreSQL does not understand it refuses; the rows after it would be taken for statements.
      if (!/\bstdin\b/i.test(statement.sql)) this.entries.addStatement(statement, bytes);
      else
        throw dumpError(
          'DUMP_CORRUPT',
          `line ${statement.line}: a COPY statement that PostgreSQL does not understand`,
        );
      return null;
    }
    if (!facts.fromStdin) {
      this.entries.addStatement(statement, bytes);
      return null;
    }
    if (facts.binary)
      throw dumpError('DUMP_CORRUPT', `line ${statement.line}: binary COPY data in a text dump`);
    this.entries.flush();
    const entry = this.entries.newEntry();
    const target = this.#decoded(facts, statement);
    this.#reportRepeated(this.#repeated.copy(entry, target, statement.line ?? this.#window.line));
    return { statement, ...facts, ...target, entry };
  }

  #setting(statement: Statement): void {
    this.releaseHeld();
    const facts = parseSetting(statement.sql);
    this.entries.flush();
    if (facts === null) this.entries.addSetting(statement);
    else {
      this.entries.ready.push(...this.#session.apply(facts));
      // pg_dumpall names the next database's encoding while psql is still in the last one, which may not convert to it.
      if (this.#betweenDatabases && facts.name === 'client_encoding') return;
      this.entries.addSetting(this.#session.rewrite(statement, facts));
    }
  }

  #other(statement: Statement, bytes: number): void {
    const step = this.#largeObjects.take(statement, this.#lexer.words.leading);
    if (step.kind === 'ordinary') {
      if (step.before !== null) this.entries.addStatement(step.before, step.before.sql.length);
      this.entries.addStatement(statement, bytes);
    } else if (step.kind === 'open') {
      this.entries.flush();
      const { oid, create } = step;
      this.entries.ready.push({ kind: 'large-object-begin', oid, entry: this.entries.newEntry(), create });
    } else if (step.kind === 'events') this.entries.ready.push(...step.events);
  }

  #decoded({ schema, table }: Relation, { codec }: Statement): Relation {
    return {
      schema: schema === null ? null : this.#session.decodeName(schema, codec),
      table: this.#session.decodeName(table, codec),
    };
  }
}

/** SET, RESET and SELECT set_config(…), but not what belongs to a transaction. */
function isSetting(words: readonly string[]): boolean {
  const [first, second = '', third] = words;
  if (first === 'set') return !['constraints', 'transaction', 'local'].includes(second);
  return first === 'reset' || (first === 'select' && (second === 'set_config' || third === 'set_config'));
}

const isOwnership = (words: readonly string[], sql: string): boolean =>
  words[0] === 'alter' &&
  sql.length < longestOwnership &&
  /\sOWNER\s+TO\s+(?:"(?:[^"]|"")+"|\S+)\s*;?\s*$/i.test(sql);

/** Three names of 63 bytes, quoted and doubled, an argument list, and the words between. */
const longestOwnership = 8192;
