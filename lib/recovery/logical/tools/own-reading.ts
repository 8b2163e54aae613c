/** Our own reading of an archive beside pg_restore's: what the archive announces, independent of what the tool makes of it. */
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { TableAccount } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry, DumpEvent, DumpReader } from '../dump-stream.ts';

/** Types that pg_restore always writes out under their own name when the archive has them. */
const comparedTypes: ReadonlySet<string> = new Set([
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'SEQUENCE',
  'FUNCTION',
  'PROCEDURE',
  'TYPE',
  'DOMAIN',
  'INDEX',
  'CONSTRAINT',
  'CHECK CONSTRAINT',
  'FK CONSTRAINT',
  'TRIGGER',
  'POLICY',
]);

const entryKey = ({ type, schema, name }: DumpEntry): string => JSON.stringify([type, schema, name]);
const tableKey = (schema: string | null, table: string): string =>
  JSON.stringify([schema ?? 'public', table]);

/** What one complete reading saw. */
export class OwnReading {
  /** True once the archive was read to its announced end. */
  complete = false;
  readonly findings: Finding[] = [];
  /** The archive's DATABASE entry; null when it has none or reading ended before. */
  readonly databaseEntry: Promise<DumpEntry | null>;
  #tellDatabaseEntry: (entry: DumpEntry | null) => void = () => {};
  readonly #entries = new Map<string, DumpEntry>();
  readonly #rows = new Map<string, number>();
  readonly #inserted = new Set<string>();
  #table = '';

  constructor() {
    this.databaseEntry = new Promise((resolve) => {
      this.#tellDatabaseEntry = resolve;
    });
  }

  /** Reads to the end. @throws DrillError what the reader throws */
  async read(reader: DumpReader): Promise<void> {
    try {
      for await (const event of reader) this.#take(event);
    } finally {
      this.#tellDatabaseEntry(null);
    }
  }

  #take(event: DumpEvent): void {
    switch (event.kind) {
      case 'contents':
        this.#tellDatabaseEntry(event.entries.find(({ type }) => type === 'DATABASE') ?? null);
        for (const entry of event.entries)
          if (comparedTypes.has(entry.type) && entry.statements.length > 0)
            this.#entries.set(entryKey(entry), entry);
        return;
      case 'rows-begin':
        this.#table = tableKey(event.schema, event.table);
        return;
      case 'rows-end':
        this.#rows.set(this.#table, (this.#rows.get(this.#table) ?? 0) + event.rows);
        return;
      case 'inserts':
        this.#inserted.add(tableKey(event.schema, event.table));
        return;
      case 'finding':
        this.findings.push(event.finding);
        return;
      case 'end':
        this.complete = true;
        return;
      default:
    }
  }

  /** What the tool's version of the archive lacks. @param seen entries that came through it @param tables rows that did */
  differences(seen: ReadonlySet<string>, tables: Iterable<TableAccount>): Finding[] {
    const through = new Map<string, number>();
    for (const { schema, name, rowsInDump } of tables) through.set(tableKey(schema, name), rowsInDump);
    const missing = [...this.#entries]
      .filter(([key]) => !seen.has(key))
      .map(([, { type, schema, name }]) =>
        finding(
          'OBJECT_MISSING',
          `pg_restore left out ${type.toLowerCase()} ${schema === null ? '' : `${schema}.`}${name}, which the archive holds`,
        ),
      );
    const counts = [...this.#rows]
      .filter(([key, rows]) => !this.#inserted.has(key) && (through.get(key) ?? 0) !== rows)
      .map(([key, rows]) =>
        finding(
          'ROW_COUNT_MISMATCH',
          `the archive holds ${rows} rows of ${(JSON.parse(key) as string[]).join('.')}, pg_restore gave ${through.get(key) ?? 0}`,
        ),
      );
    return [...missing, ...counts];
  }
}

/** The key by which `differences` knows an entry. */
export const seenKey = entryKey;
