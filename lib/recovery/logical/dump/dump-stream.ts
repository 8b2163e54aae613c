/**
 * What every reader yields, whatever the format: the contract between reading (plain, custom, tar, directory) and
 * loading. A reader never executes anything and never buffers more than one statement, one chunk of rows or one
 * large-object block.
 */
import type { DumpHeader } from '../../../domain/backup/dump.ts';
import type { Finding } from '../../../domain/findings/findings.ts';

/**
 * Text of a statement. `utf8` when the dump's text is valid UTF-8 in a UTF8 dump; otherwise `binary`: one character
 * per byte (Node's latin1), so that any server encoding passes through untouched. `Buffer.from(sql, codec)` gives the
 * dump's bytes back.
 */
export type Codec = 'utf8' | 'binary';

/** One SQL statement, without its final semicolon's line noise; never a psql meta-command. */
export interface Statement {
  sql: string;
  codec: Codec;
  /** 1-based line in the plain dump; null in archives. */
  line: number | null;
}

export type Section = 'pre-data' | 'data' | 'post-data';

/** One entry of the dump: what pg_dump calls a TOC entry. */
export interface DumpEntry {
  /** Archive dump id, or the ordinal in a plain dump (from 1). */
  id: number;
  /** pg_dump's word: TABLE, FUNCTION, INDEX, FK CONSTRAINT, ACL, COMMENT …; `STATEMENT` when there was no header. */
  type: string;
  schema: string | null;
  /** Tag as pg_dump writes it, e.g. `orders orders_pkey` for a constraint. */
  name: string;
  owner: string | null;
  /** Known for archives; for plain dumps derived from the type, null when there was no header. */
  section: Section | null;
  /** Dump ids this entry needs; null for plain dumps, which bring none. */
  dependencies: number[] | null;
  statements: Statement[];
}

/** Announces rows of one table: all chunks until `rows-end` belong to it. */
export interface RowsBegin {
  kind: 'rows-begin';
  entry: DumpEntry;
  /** The COPY … FROM stdin statement as the dump has it. */
  copy: Statement;
  /** Parsed from the COPY statement or the archive's entry, unquoted. Schema null when the dump gives none. */
  schema: string | null;
  table: string;
  /** Line of the COPY statement in a plain dump. */
  line: number | null;
  /**
   * False when chunks end at lines that need not be ends of rows (CSV quotes newlines) or the first line is a header:
   * then all chunks must go through one COPY in order, and `rows` counts lines, not rows. Absent means true.
   */
  wholeRowsOnly?: boolean;
}

export type DumpEvent =
  /** First event, and again whenever more of the header becomes known. */
  | { kind: 'header'; header: DumpHeader }
  /** Everything after belongs to this database (`\connect`, or an archive's own with --create). */
  | { kind: 'database'; name: string }
  /** The text and rows that follow are in this encoding (`SET client_encoding`). */
  | { kind: 'encoding'; encoding: string }
  /** Archives only, before any entry: every entry of the table of contents, so that work can be planned. */
  | { kind: 'contents'; entries: DumpEntry[] }
  | { kind: 'entry'; entry: DumpEntry }
  | RowsBegin
  /**
   * Whole COPY text rows, each ending in \n; `rows` of them, in pieces as they arrived: joining them would cost a copy of the
   * whole dump. At most about 1 MiB together unless one row is larger.
   */
  | { kind: 'rows'; pieces: readonly Buffer[]; rows: number }
  /**
   * A piece of one COPY row larger than 8 MiB, to be written through on the same connection in order; `rows` is 1 on
   * the piece that ends the row, else 0. Memory stays bounded whatever the size of a value.
   */
  | { kind: 'row-piece'; bytes: Buffer; rows: 0 | 1 }
  | { kind: 'rows-end'; rows: number; bytes: number }
  /** A run of INSERT statements into one table of an INSERT-style dump, batched to about 256 KiB. */
  | { kind: 'inserts'; entry: DumpEntry; schema: string | null; table: string; statements: Statement[] }
  /** Large objects: create (oid), then blocks in order, then end. ACLs, owners and comments come as entries. */
  | { kind: 'large-object-begin'; oid: number; entry: DumpEntry; create: boolean }
  | { kind: 'large-object-block'; bytes: Buffer }
  | { kind: 'large-object-end' }
  /** Something about the file worth knowing; findings of severity error make the drill NOT_PROVEN. */
  | { kind: 'finding'; finding: Finding }
  /** Always the last event of a dump that was read to its announced end. */
  | { kind: 'end'; complete: true };

/**
 * A reader of one dump. Ends after `end`, or throws a DrillError (DUMP_TRUNCATED, DUMP_CORRUPT, DUMP_NOT_A_DUMP,
 * DUMP_ENCRYPTED, ARCHIVE_VERSION_UNKNOWN …) when the bytes do not hold what they announce.
 */
export type DumpReader = AsyncGenerator<DumpEvent, void, undefined>;
