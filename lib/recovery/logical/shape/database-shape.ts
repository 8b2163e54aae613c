import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { listOf } from '../../../domain/text/quantities.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import { createdTable, isKey, makesPlace } from './statement-shape.ts';

/** At most this many tables are named in one finding. */
const tablesNamed = 20;

const keyOf = ({ schema, name }: { schema: string | null; name: string }): string =>
  JSON.stringify([schema, name]);
const labelOf = ({ schema, name }: { schema: string | null; name: string }): string =>
  schema === null ? name : `${schema}.${name}`;

/** What a dump holds for one database: whether the parts that pg_dump writes are there. */
export class DatabaseShape {
  /** Tables of pg_dump's headers that have rows of their own, by name. */
  readonly #tables = new Map<string, string>();
  readonly #withData = new Set<string>();
  #tableCount = 0;
  #hasPlace = false;
  #hasKey = false;

  /** @throws DrillError DEFINITIONS_ABSENT for rows or keys with nothing before them that they could belong to */
  see(entry: DumpEntry): void {
    if (entry.type === 'TABLE DATA') {
      this.rows(entry);
      return;
    }
    if (isKey(entry)) this.#key(entry);
    else if (makesPlace(entry)) this.#hasPlace = true;
    // Before 9.4 a view whose query came late was written as a table and made a view by its rule.
    if (entry.type === 'RULE' && entry.name.endsWith(' _RETURN'))
      this.#tables.delete(keyOf({ ...entry, name: entry.name.slice(0, -' _RETURN'.length) }));
    const table = createdTable(entry);
    if (table === null) return;
    this.#tableCount += 1;
    this.#hasKey ||= table.hasKey;
    if (entry.type === 'TABLE' && !table.isPartitioned) this.#tables.set(keyOf(entry), labelOf(entry));
  }

  /** Rows of a table begin, or an entry says that it has none. @throws DrillError DEFINITIONS_ABSENT */
  rows(entry: DumpEntry): void {
    if (!this.#hasPlace) {
      const of = entry.type === 'TABLE DATA' ? `those of ${labelOf(entry)}` : 'the first';
      throw dumpError(
        'DEFINITIONS_ABSENT',
        `it is a data-only dump (pg_dump --data-only or --section=data): it begins with rows, ${of}, and creates no table`,
      );
    }
    if (entry.type === 'TABLE DATA') this.#withData.add(keyOf(entry));
  }

  /** @param within ` in database x` where the dump has several, else nothing */
  findings(within: string): Finding[] {
    return [...this.#tablesWithoutData(within), ...this.#noKeys(within)];
  }

  #key(entry: DumpEntry): void {
    if (!this.#hasPlace && entry.type !== 'STATEMENT')
      throw dumpError(
        'DEFINITIONS_ABSENT',
        'it holds only what follows the data (pg_dump --section=post-data): keys and indexes, and no table that they belong to',
      );
    this.#hasKey = true;
  }

  /** A dump without any data is told by the check that looks for rows, once. */
  #tablesWithoutData(within: string): Finding[] {
    if (this.#withData.size === 0) return [];
    const missing = [...this.#tables].filter(([key]) => !this.#withData.has(key)).map(([, label]) => label);
    if (missing.length === 0) return [];
    const names = listOf(missing, tablesNamed);
    const [what, whose] = missing.length === 1 ? ['a table', 'its'] : [`${missing.length} tables`, 'their'];
    return [
      finding('TABLE_DATA_ABSENT', `the dump defines ${what}${within} without ${whose} data: ${names}`),
    ];
  }

  /** One table without any key may be meant so; that none of several has one is hardly ever. */
  #noKeys(within: string): Finding[] {
    if (this.#hasKey || this.#tableCount < 2) return [];
    const message = `none of the ${this.#tableCount} tables${within} has a key, an index or a constraint of its own: the dump holds no post-data section`;
    return [finding('POST_DATA_ABSENT', message)];
  }
}
