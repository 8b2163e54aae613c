import type { EntryComment } from './dump-comments.ts';
import type { Relation } from './statement-facts.ts';

/**
 * Notices a table whose data come twice. pg_dump writes one header and one COPY for each; with --load-via-partition-root
 * several into the root of a tree, under headers of their own. Without headers a table in several COPYs says nothing.
 */
export class RepeatedRows {
  readonly #headers = new Map<string, number>();
  readonly #copies = new Map<string, number>();
  readonly #told = new Set<string>();

  /** Another database, or another dump in the same file. */
  startAnew(): void {
    this.#headers.clear();
    this.#copies.clear();
    this.#told.clear();
  }

  /** A header of pg_dump. Gives what to say, else null. */
  header({ type, schema, name }: EntryComment, line: number): string | null {
    return type === 'TABLE DATA' ? this.#note(this.#headers, [schema, name], [schema, name], line) : null;
  }

  /** A COPY below a header. */
  copy(
    { type, schema, name }: Pick<EntryComment, 'type' | 'schema' | 'name'>,
    target: Relation,
    line: number,
  ): string | null {
    if (type !== 'TABLE DATA') return null;
    return this.#note(
      this.#copies,
      [schema, name, target.schema, target.table],
      [target.schema, target.table],
      line,
    );
  }

  #note(
    seen: Map<string, number>,
    key: (string | null)[],
    table: (string | null)[],
    line: number,
  ): string | null {
    const id = JSON.stringify(key);
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, line);
      return null;
    }
    const label = table.filter((part) => part !== null).join('.');
    if (this.#told.has(label)) return null;
    this.#told.add(label);
    return `the data of ${label} come twice, at line ${first} and again at line ${line}`;
  }
}
