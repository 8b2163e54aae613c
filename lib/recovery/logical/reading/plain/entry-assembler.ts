import type { DumpEntry, DumpEvent, Statement } from '../../dump/dump-stream.ts';
import type { EntryComment } from './dump-comments.ts';
import { sectionOf } from './entry-section.ts';
import type { Relation } from './statement-facts.ts';

/** An entry of more statements than this is handed on in parts under the same header, so that memory stays bounded. */
const maxEntryBytes = 1024 * 1024;
const maxEntryStatements = 200;
/** Size of a batch of INSERT statements. */
const maxBatchBytes = 256 * 1024;

interface InsertBatch {
  entry: DumpEntry;
  target: Relation;
  statements: Statement[];
  bytes: number;
}

/** Gathers statements under one comment header into entries, and runs of INSERTs into batches, in the dump's order. */
export class EntryAssembler {
  /** Events that are ready, in order; the reader takes them away. */
  readonly ready: DumpEvent[] = [];
  #header: EntryComment | null = null;
  #lastId = 0;
  #statements: Statement[] = [];
  #statementBytes = 0;
  #inserts: InsertBatch | null = null;

  /** All that follows belongs to this header; null: to none. */
  startHeader(header: EntryComment | null): void {
    this.flush();
    this.#header = header;
  }

  addStatement(statement: Statement, bytes: number): void {
    this.#flushInserts();
    this.#statements.push(statement);
    this.#statementBytes += bytes;
    const isFull = this.#statementBytes > maxEntryBytes || this.#statements.length >= maxEntryStatements;
    if (this.#header === null || isFull) this.#flushStatements();
  }

  /** A setting of the session between entries: an entry of its own. */
  addSetting(statement: Statement): void {
    this.flush();
    const entry: DumpEntry = {
      ...this.newEntry(),
      type: 'SETTING',
      schema: null,
      name: '',
      owner: null,
      section: null,
    };
    this.ready.push({ kind: 'entry', entry: { ...entry, statements: [statement] } });
  }

  /** The current header says all there is to say: the rows of a table that has none. */
  addEmpty(): void {
    this.flush();
    this.ready.push({ kind: 'entry', entry: this.newEntry() });
  }

  /** One more INSERT into the same target as the one before, unless `target` is another. */
  addInsert(statement: Statement, target: Relation, bytes: number): void {
    if (this.#statements.length > 0) this.#flushStatements();
    let batch = this.#inserts;
    if (batch === null || batch.target !== target) {
      this.#flushInserts();
      batch = { entry: this.newEntry(), target, statements: [], bytes: 0 };
      this.#inserts = batch;
    }
    if (batch.bytes > 0 && batch.bytes + bytes > maxBatchBytes) this.#handOnInserts(batch);
    batch.statements.push(statement);
    batch.bytes += bytes;
  }

  /** Hands on whatever was gathered. */
  flush(): void {
    this.#flushInserts();
    this.#flushStatements();
  }

  /** A new entry under the current header, without statements. */
  newEntry(): DumpEntry {
    const { type, schema, name, owner } = this.#header ?? {
      type: 'STATEMENT',
      schema: null,
      name: '',
      owner: null,
    };
    const section = this.#header === null ? null : sectionOf(type);
    return { id: ++this.#lastId, type, schema, name, owner, section, dependencies: null, statements: [] };
  }

  #flushStatements(): void {
    if (this.#statements.length === 0) return;
    this.ready.push({ kind: 'entry', entry: { ...this.newEntry(), statements: this.#statements } });
    this.#statements = [];
    this.#statementBytes = 0;
  }

  #flushInserts(): void {
    if (this.#inserts !== null) this.#handOnInserts(this.#inserts);
    this.#inserts = null;
  }

  #handOnInserts(batch: InsertBatch): void {
    const { entry, target, statements } = batch;
    if (statements.length > 0) this.ready.push({ kind: 'inserts', entry, ...target, statements });
    batch.statements = [];
    batch.bytes = 0;
  }
}
