import type { Complaint } from './issue-problems.ts';
import { isMapping } from './merge-defaults.ts';
import type { Path } from './problem-location.ts';

/**
 * What PostgreSQL's own parser says against a text that is to be one SELECT; null: nothing. It is a large module that only the
 * command line loads, hence a parameter.
 */
export type FindSqlProblem = (select: string) => SqlProblem | null;

/** `before`: what of the text stands before the place, where one is known. */
export interface SqlProblem {
  message: string;
  before: string | null;
}

/** SQL of the user's, with what makes one SELECT of it. */
interface WrittenSql {
  path: Path;
  text: string;
  select: (text: string) => string;
}

/** Settings of checks that hold SQL, in whichever kind; each is put where the check puts it. */
const selectOf: Readonly<Record<string, (text: string) => string>> = {
  query: (text) => text,
  where: (text) => `select from t where (\n${text}\n)`,
  on: (text) => `select from t group by ${text}`,
};

/** @param checks of one database, as written @param path of them */
export function sqlComplaints(checks: unknown, path: Path, find: FindSqlProblem): Complaint[] {
  return writtenSql(checks, path).flatMap(({ path, text, select }) => {
    const problem = find(select(text));
    if (problem === null) return [];
    const place = placeIn(text, select, problem.before);
    return [{ path, pointAt: 'value', message: `${problem.message}${place}`, hint: null }];
  });
}

/** Two checks of one name cannot be told apart in a report. */
export function nameComplaints(checks: unknown, path: Path): Complaint[] {
  const seen = new Map<string, number>();
  return entriesOf(checks).flatMap(({ index, settings, database }) => {
    const name = settings.name;
    if (typeof name !== 'string') return [];
    const key = JSON.stringify([database, name.trim()]);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    const message = `${JSON.stringify(name)} is the name of checks[${first}] too`;
    const kind = 'sql';
    return [
      { path: [...path, index, kind, 'name'], pointAt: 'value', message, hint: 'give each its own name' },
    ];
  });
}

function writtenSql(checks: unknown, path: Path): WrittenSql[] {
  return entriesOf(checks).flatMap(({ index, kind, settings }) =>
    Object.entries(selectOf).flatMap(([key, select]) => {
      const value = settings[key];
      const at = [...path, index, kind, key];
      if (typeof value === 'string') return [{ path: at, text: value, select }];
      if (!Array.isArray(value)) return [];
      return value.flatMap((text, place) =>
        typeof text === 'string' ? [{ path: [...at, place], text, select }] : [],
      );
    }),
  );
}

interface Entry {
  index: number;
  kind: string;
  settings: Record<string, unknown>;
  database: unknown;
}

/** What is no check was complained of already. */
function entriesOf(checks: unknown): Entry[] {
  if (!Array.isArray(checks)) return [];
  return checks.flatMap((entry, index) =>
    isMapping(entry)
      ? Object.entries(entry).flatMap(([kind, settings]) =>
          isMapping(settings) ? [{ index, kind, settings, database: entry.database ?? null }] : [],
        )
      : [],
  );
}

/** In a text of several lines, the one with the mistake. */
function placeIn(text: string, select: (text: string) => string, before: string | null): string {
  if (before === null || !text.trim().includes('\n')) return '';
  const lead = select('\u0000').split('\u0000')[0]?.split('\n').length ?? 1;
  return ` (line ${Math.max(1, before.split('\n').length - lead + 1)} of it)`;
}
