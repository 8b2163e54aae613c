import { type Alias, type Document, isMap, LineCounter, parseDocument, visit } from 'yaml';
import type { AwsConfig } from './account.ts';
import { type DatabaseConfig, databaseSchema } from './database.ts';
import { isDatabaseName } from './database-name.ts';
import { show } from './field-types.ts';
import { outsideDatabases } from './file-schema.ts';
import { type Complaint, complaintsOf } from './issue-problems.ts';
import { isMapping, type Mapping, mergeDefaults } from './merge-defaults.ts';
import { type NotifyConfig, nobodyToNotify } from './notify.ts';
import { type ConfigProblem, dotted, keyText, PlaceFinder } from './problem-location.ts';
import { type FindSqlProblem, nameComplaints, sqlComplaints } from './written-sql.ts';

/** drills.yaml, parsed: every default filled in, durations in seconds. */
export interface DrillConfig {
  databases: Record<string, DatabaseConfig>;
  /** Who is told of a drill that is of none of these databases; each of them has its own. */
  notify: NotifyConfig;
  aws: AwsConfig | null;
}

type ParsedConfig = { config: DrillConfig } | { problems: ConfigProblem[] };

/** A config is a page of text; a larger file is another file. */
const largestConfigCharacters = 1_000_000;

/**
 * Reads drills.yaml and reports every problem at once, in the order of the file. YAML anchors and merge keys are
 * allowed, top-level keys beginning with `x-` may hold them.
 *
 * @param findSqlProblem without it, SQL is taken as it is
 */
export function parseConfig(text: string, findSqlProblem?: FindSqlProblem): ParsedConfig {
  if (text.length > largestConfigCharacters) {
    return {
      problems: [wholeFile('the file is larger than a configuration can be', 'give the path of drills.yaml')],
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const places = new PlaceFinder(document, lines);
  const yamlProblems = document.errors.map((error): ConfigProblem => {
    const message =
      error.code === 'DUPLICATE_KEY'
        ? duplicateMessage(text, error.pos[0])
        : `this is not YAML: ${error.message}`;
    return {
      ...places.at(error.pos[0]),
      path: '',
      message,
      hint: error.code === 'DUPLICATE_KEY' ? 'give each its own name, or merge them' : null,
    };
  });
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return { problems: yamlProblems };
  const data = plainData(document);
  if ('error' in data) {
    if (data.unresolved === null) {
      const reason = data.error instanceof Error ? data.error.message : String(data.error);
      return { problems: [wholeFile(`the file cannot be read: ${reason}`, null)] };
    }
    const place = places.at(data.unresolved.range?.[0] ?? 0);
    const message = `the anchor of *${data.unresolved.source} does not stand before it`;
    return { problems: [{ ...place, path: '', message, hint: null }] };
  }
  if (!isMapping(data.value)) {
    return { problems: [wholeFile('the file holds no mapping', 'start with "databases:"')] };
  }
  const { config, complaints } = judge(data.value, document, findSqlProblem);
  const problems = [...yamlProblems, ...complaints.map((complaint) => placed(complaint, places))];
  return problems.length > 0 ? { problems: inOrder(problems) } : { config };
}

/** One line per problem: `drills.yaml:12:7 databases.x.objectives.rto: "4x" is not a duration – write e.g. 90m, 4h`. */
export function formatProblem(fileName: string, problem: ConfigProblem): string {
  const where = problem.path === '' ? '' : `${problem.path}: `;
  const hint = problem.hint === null ? '' : ` – ${problem.hint}`;
  return `${fileName}:${problem.line}:${problem.column} ${where}${problem.message}${hint}`;
}

function judge(
  file: Mapping,
  document: Document,
  findSqlProblem: FindSqlProblem | undefined,
): { config: DrillConfig; complaints: Complaint[] } {
  const written = Object.fromEntries(Object.entries(file).filter(([key]) => !key.startsWith('x-')));
  const complaints: Complaint[] = [];
  const outside = outsideDatabases.safeParse(written);
  if (!outside.success) complaints.push(...complaintsOf(outside.error.issues, written, []));
  const config: DrillConfig = {
    databases: {},
    notify: outside.data?.notify ?? nobodyToNotify,
    aws: outside.data?.aws ?? null,
  };
  const { databases } = written;
  if (!isMapping(databases) || Object.keys(databases).length === 0) {
    const message = databases === undefined ? 'databases is missing' : 'names no database';
    const hint = 'name at least one, e.g. databases: { shop: { source: { bucket: acme-backups } } }';
    complaints.push({ path: ['databases'], pointAt: 'value', message, hint });
    return { config, complaints };
  }
  complaints.push(...databaseNameComplaints(document), ...notifyComplaints(written.defaults));
  for (const [name, own] of Object.entries(databases)) {
    const path = ['databases', name];
    if (!isMapping(own)) {
      const message = own === null ? 'is empty where a mapping must stand' : `${show(own)} is not a mapping`;
      complaints.push({ path, pointAt: 'value', message, hint: 'give it at least a source' });
      continue;
    }
    const merged = mergeDefaults(withNotify(written), own);
    const parsed = databaseSchema.safeParse(merged);
    if (parsed.success) config.databases[name] = parsed.data;
    else complaints.push(...complaintsOf(parsed.error.issues, merged, path));
    const checks = [...path, 'checks'];
    const asked = isMapping(merged) ? merged.checks : undefined;
    complaints.push(...nameComplaints(asked, checks));
    if (findSqlProblem !== undefined) complaints.push(...sqlComplaints(asked, checks, findSqlProblem));
  }
  return { config, complaints };
}

/** What every database takes from the file: `defaults`, and `notify`, which stands beside them. */
const withNotify = ({ defaults, notify }: Mapping): unknown =>
  notify === undefined ? defaults : { ...(isMapping(defaults) ? defaults : {}), notify };

/** One place for what holds for all: who reads the file finds it there. */
function notifyComplaints(defaults: unknown): Complaint[] {
  if (!isMapping(defaults) || !Object.hasOwn(defaults, 'notify')) return [];
  const message = 'notify of every database stands beside defaults, not in it';
  const hint = 'move it to the top level of the file';
  return [{ path: ['defaults', 'notify'], pointAt: 'key', message, hint }];
}

function databaseNameComplaints(document: Document): Complaint[] {
  const databases = document.get('databases');
  if (!isMap(databases)) return [];
  const complaints: Complaint[] = [];
  const seen = new Map<string, string>();
  for (const name of databases.items.map(keyText)) {
    const path = ['databases', name];
    const twin = seen.get(name.toLowerCase());
    if (!isDatabaseName(name) && name !== '<<') {
      const hint = 'use up to 32 letters, digits, - and _, beginning with a letter';
      complaints.push({ path, pointAt: 'key', message: `${show(name)} is not a name for a database`, hint });
    } else if (twin !== undefined && twin !== name) {
      const message = `${show(name)} and ${show(twin)} differ only in case`;
      complaints.push({ path, pointAt: 'key', message, hint: 'resources in AWS have lower-case names' });
    }
    seen.set(name.toLowerCase(), name);
  }
  return complaints;
}

/**
 * Places a complaint. What came from `defaults` is not found at the database's path; it was complained of at its own
 * place already, or stands there.
 */
function placed(complaint: Complaint, places: PlaceFinder): ConfigProblem {
  const { path, pointAt, message, hint } = complaint;
  const own = places.place(path, pointAt);
  if (path[0] === 'databases' && path[2] === 'notify') {
    const general = path.slice(2);
    const ofFile = places.place(general, pointAt);
    // Something missing is told where most of its path is written.
    if (ofFile.found > own.found - 2)
      return { line: ofFile.line, column: ofFile.column, path: dotted(general), message, hint };
  } else if (own.found < path.length && path[0] === 'databases' && path.length > 2) {
    const general = ['defaults', ...path.slice(2)];
    const inDefaults = places.place(general, pointAt);
    if (inDefaults.found === general.length) {
      return { line: inDefaults.line, column: inDefaults.column, path: dotted(general), message, hint };
    }
  }
  return { line: own.line, column: own.column, path: dotted(path), message, hint };
}

function inOrder(problems: ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>();
  return problems
    .sort((a, b) => a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : 1))
    .filter(({ line, column, path, message }) => {
      const key = JSON.stringify([line, column, path, message]);
      return !seen.has(key) && seen.add(key);
    });
}

function plainData(document: Document): { value: unknown } | { error: unknown; unresolved: Alias | null } {
  try {
    return { value: document.toJS({ maxAliasCount: 1000 }) };
  } catch (error) {
    let unresolved: Alias | null = null;
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined) return undefined;
        unresolved = alias;
        return visit.BREAK;
      },
    });
    return { error, unresolved };
  }
}

function duplicateMessage(text: string, offset: number): string {
  const key = /^["']?([^"':\n]+)/.exec(text.slice(offset, offset + 100))?.[1]?.trim() ?? '';
  return `${show(key)} stands here a second time`;
}

function wholeFile(message: string, hint: string | null): ConfigProblem {
  return { line: 1, column: 1, path: '', message, hint };
}
