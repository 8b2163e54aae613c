/** Settings around the entries: _doSetFixedOutputState, _selectTablespace and their like in pg_backup_archiver.c. */
import { quoteIdentifier } from './identifier-quoting.ts';
import type { TocEntry } from './table-of-contents.ts';

/** One setting; `id` is the dump id of the entry it comes from, null when pg_restore makes it up. */
export interface Setting {
  id: number | null;
  name: string;
  sql: string;
}

/**
 * The settings at the start. `transaction_timeout`, which pg_restore 17 adds, is left out: servers before 17 refuse
 * it, and a session that wants no timeout has it by default.
 */
export function openingSettings(special: TocEntry[], encoding: string): Setting[] {
  const byType = new Map(special.map((entry) => [entry.type, entry]));
  const standardStrings = usesStandardStrings(special);
  const searchPath = byType.get('SEARCHPATH');
  const setting = (name: string, value: string, id: number | null = null): Setting => ({
    id,
    name,
    sql: `SET ${name} = ${value}`,
  });
  const strings = byType.get('STDSTRINGS');
  return [
    setting('statement_timeout', '0'),
    setting('lock_timeout', '0'),
    setting('idle_in_transaction_session_timeout', '0'),
    setting('client_encoding', `'${encoding}'`, byType.get('ENCODING')?.id),
    setting('standard_conforming_strings', standardStrings ? 'on' : 'off', strings?.id),
    ...(searchPath === undefined
      ? []
      : [
          {
            id: searchPath.id,
            name: 'search_path',
            sql: (searchPath.definition ?? '').trim().replace(/;$/, ''),
          },
        ]),
    setting('check_function_bodies', 'false'),
    setting('xmloption', 'content'),
    setting('client_min_messages', 'warning'),
    ...(standardStrings ? [] : [setting('escape_string_warning', 'off')]),
    setting('row_security', 'off'),
  ];
}

/** standard_conforming_strings of the archive; off where it does not say, as pg_restore takes it. */
export function usesStandardStrings(special: TocEntry[]): boolean {
  return special.some((entry) => entry.type === 'STDSTRINGS' && (entry.definition ?? '').includes("'on'"));
}

/** Follows what the session is set to, and says what must change before an entry. */
export class RunningSettings {
  /** Archives before 1.13 have no SEARCHPATH entry: names in them rely on the schema of each entry. */
  readonly #selectsSchema: boolean;
  #schema: string | null = null;
  #tablespace: string | null = null;
  #accessMethod: string | null = null;

  constructor(special: TocEntry[]) {
    this.#selectsSchema = !special.some((entry) => entry.type === 'SEARCHPATH');
  }

  before(entry: TocEntry): Setting[] {
    const settings: Setting[] = [];
    const set = (name: string, value: string): number =>
      settings.push({ id: null, name, sql: `SET ${name} = ${value}` });
    if (this.#selectsSchema && entry.schema !== null && entry.schema !== this.#schema) {
      this.#schema = entry.schema;
      const path = quoteIdentifier(entry.schema);
      set('search_path', entry.schema === 'pg_catalog' ? path : `${path}, pg_catalog`);
    }
    if (entry.tablespace !== null && entry.tablespace !== this.#tablespace) {
      this.#tablespace = entry.tablespace;
      set('default_tablespace', entry.tablespace === '' ? "''" : quoteIdentifier(entry.tablespace));
    }
    const { tableAccessMethod } = entry;
    if (entry.relkind !== 'p' && tableAccessMethod !== null && tableAccessMethod !== this.#accessMethod) {
      this.#accessMethod = tableAccessMethod;
      set('default_table_access_method', quoteIdentifier(tableAccessMethod));
    }
    return settings;
  }
}
