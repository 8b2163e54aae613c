import type { Decision } from '../policy/decision.ts';

type Decided = Extract<Decision, { action: 'run' }>;

const mebibyte = 1024 ** 2;

/**
 * Memory of one run of a sort that its merge needs: two blocks for the tape and 32 to read ahead (tuplesort.c: TAPE_BUFFER_OVERHEAD,
 * MERGE_BUFFER_SIZE).
 */
const mergeBufferBytes = 34 * 8192;

/** A sort of runs this small stays in the caches of a core. */
const leastSortMebibytes = 8;

/** Less for each of them and the server starts no workers (plan_create_index_workers). */
const leastMebibytesWithWorkers = 32;

/** The server starts none for smaller tables (min_parallel_table_scan_size). */
const leastBytesForWorkers = 8 * mebibyte;

/** What the server is given for one statement. */
export interface BuildSettings {
  /** maintenance_work_mem. */
  memoryMebibytes: number;
  /** max_parallel_maintenance_workers. */
  workers: number;
}

/** Kinds whose work maintenance_work_mem and workers decide. */
const builds: ReadonlySet<Decided['plan']['kind']> = new Set([
  'create index',
  'add key',
  'add foreign key',
  'add constraint',
  'attach partition',
]);

const isBtree = ({ plan: { kind }, statements }: Decided): boolean =>
  kind === 'add key' ||
  (kind === 'create index' &&
    /\busing\s+(\w+)/i.exec(statements[0]?.sql ?? '')?.[1]?.toLowerCase() === 'btree');

/**
 * Settings for a statement that builds an index or looks through a table; null where they change nothing.
 *
 * A B-tree is sorted with as little as one merge of all its runs allows: runs that stay in a core's caches are sorted faster than all of it in
 * memory at once. Five indexes of a table of 1.3 million rows took 5.7 s on two sessions together with 256 MB, 4.8 with 64 and 3.4 with 8. Everything else gets all.
 * Sessions that have nothing to do lend their cores: workers share the scan and the sort.
 *
 * @param tableBytes text of its rows @param most for a session, in MiB @param idleSessions sessions without work
 */
export function buildSettings(
  decided: Decided,
  tableBytes: number,
  most: number,
  idleSessions: number,
): BuildSettings | null {
  if (!builds.has(decided.plan.kind)) return null;
  if (!isBtree(decided)) return { memoryMebibytes: most, workers: 0 };
  const workers = tableBytes < leastBytesForWorkers ? 0 : idleSessions;
  const oneMerge = Math.ceil(Math.sqrt(tableBytes * mergeBufferBytes) / mebibyte);
  const each = Math.max(oneMerge, workers === 0 ? leastSortMebibytes : leastMebibytesWithWorkers);
  return { memoryMebibytes: Math.min(most, each * (workers + 1)), workers };
}
