import type { EntryComment } from './dump-comments.ts';

/**
 * Types that pg_dump never announces without a statement (_printTocEntry). Left out: those that other tools and people
 * filter out of dumps on purpose (extensions, comments, owners, rights), and SCHEMA, whose `public` has only a comment.
 */
const neverEmpty: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'MATERIALIZED VIEW DATA',
  'SEQUENCE',
  'SEQUENCE SET',
  'INDEX',
  'CONSTRAINT',
  'FK CONSTRAINT',
  'CHECK CONSTRAINT',
  'FUNCTION',
  'PROCEDURE',
  'TRIGGER',
  'TYPE',
  'DOMAIN',
  'DEFAULT',
  'TABLE ATTACH',
  'INDEX ATTACH',
  'RULE',
  'POLICY',
]);

/** Watches that the statements follow which a comment header of pg_dump announces: else they were lost. */
export class AnnouncedEntry {
  #header: { comment: EntryComment; line: number } | null = null;
  #isKept = false;
  /** Tables announced with rows and without any, in the words of a finding. */
  readonly #withoutRows: string[] = [];
  #sawCopy = false;
  #sawInsert = false;

  begin(comment: EntryComment | null, line: number): void {
    this.#header = comment === null ? null : { comment, line };
    this.#isKept = false;
  }

  /** A statement came, beginning with this word. */
  keep(firstWord: string | undefined): void {
    this.#isKept = true;
    if (firstWord === 'copy') this.#sawCopy = true;
    if (firstWord === 'insert') this.#sawInsert = true;
  }

  /** The header announces rows and no statement came: an empty table in a dump with INSERTs. */
  get bringsNoRows(): boolean {
    return this.#header?.comment.type === 'TABLE DATA' && !this.#isKept;
  }

  /** Ends the header. Gives the message of a broken promise, else null. */
  end(): string | null {
    const { comment, line } = this.#header ?? { comment: null, line: 0 };
    this.#header = null;
    if (comment === null || this.#isKept) return null;
    const { type, schema, name } = comment;
    const message = `Line ${line} announces ${type} ${schema === null ? '' : `${schema}.`}${name}, and no statement for it follows.`;
    if (type === 'TABLE DATA') this.#withoutRows.push(message);
    return neverEmpty.has(type) ? message : null;
  }

  /** COPY is written for empty tables too; INSERT is not, so a dump with INSERTs says nothing. */
  unkeptRows(): string[] {
    return this.#sawCopy && !this.#sawInsert ? this.#withoutRows : [];
  }
}
