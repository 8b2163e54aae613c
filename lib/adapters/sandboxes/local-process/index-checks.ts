import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { schemaOfDrill } from '../../../domain/text/own-objects.ts';
import { formatCountOf } from '../../../domain/text/quantities.ts';
import type { OpenedCluster } from '../../../ports/recovery-place.ts';
import { readerRole } from './admit-drill.ts';
import { runSingleUser, type StoppedServer } from './single-user.ts';

/** A schema of ours: one of this name in the cluster is somebody else's, and nothing is called in it. */
const schema = schemaOfDrill;

/** Each costs a start of the server in single-user mode, some 0.1 s. */
const mostDatabases = 100;

/** SQLSTATE of a catalogue that is damaged (data_corrupted, index_corrupted): no reason to go on without these checks. */
const ofDamage: ReadonlySet<string> = new Set(['XX001', 'XX002']);

/** Since 17 the function also tells whether a unique index has two rows of one key. */
const countsUniqueSince = 17;

/**
 * Gives the drill's reader amcheck's `bt_index_check`, and nobody else: as a function of ours in a schema of ours that names the
 * library of the server, because an extension of that name in the cluster may be anything.
 *
 * Source: contrib/amcheck/amcheck--1.0.sql to amcheck--1.3--1.4.sql of PostgreSQL (the C function takes one to three arguments).
 * @throws DatabaseError when a database's catalogue is damaged
 */
export async function grantIndexChecks(
  server: StoppedServer & { majorVersion: number },
  databases: readonly string[],
): Promise<OpenedCluster> {
  if (!hasAmcheck(server.binDirectory))
    return { indexChecks: null, notTested: [`${every}: this PostgreSQL has no amcheck.`] };
  const countsUnique = server.majorVersion >= countsUniqueSince;
  const given: string[] = [];
  const refused: string[] = [];
  for (const database of databases) {
    // A name that begins like an option cannot be said to the server.
    const outcome =
      given.length >= mostDatabases || database.startsWith('-')
        ? null
        : await runSingleUser(server, database, statementsFor(countsUnique));
    if (outcome === null) refused.push(database);
    else if ('answer' in outcome) given.push(database);
    else if (ofDamage.has(outcome.refused.code ?? '')) throw outcome.refused;
    else refused.push(database);
  }
  return {
    indexChecks: given.length === 0 ? null : { schema, databases: given, countsUnique },
    notTested:
      refused.length === 0
        ? []
        : [
            `${every} of ${refused.slice(0, 5).join(', ')}${refused.length > 5 ? ` and ${formatCountOf(refused.length - 5, 'more database')}` : ''}: amcheck could not be set up there.`,
          ],
  };
}

const every = 'Whether every index holds every row of its table';

const statementsFor = (countsUnique: boolean): string[] => [
  `CREATE SCHEMA ${schema}`,
  `CREATE FUNCTION ${schema}.bt_index_check(index regclass, heapallindexed boolean${countsUnique ? ', checkunique boolean' : ''}) RETURNS void LANGUAGE c STRICT AS '$libdir/amcheck', 'bt_index_check'`,
  `GRANT USAGE ON SCHEMA ${schema} TO ${readerRole}`,
];

/** Debian's contrib comes with the server, that of others is a package of its own. */
function hasAmcheck(binDirectory: string): boolean {
  const prefix = dirname(binDirectory);
  return ['lib', 'lib/postgresql'].some((folder) =>
    ['so', 'dylib'].some((ending) => existsSync(join(prefix, folder, `amcheck.${ending}`))),
  );
}
