import type { RestoreAccount } from '../../../lib/domain/recovery/restore-account.ts';
import { type DumpDifference, noDifference } from './dump-comparison.ts';
import type { HurtingSchema } from './schemas.ts';

interface Accepted {
  /** What psql itself reports when a superuser replays the plain dump. */
  psqlErrors: string[];
  /** How our result differs from psql's; each is a rule of docs/restoring.md. */
  toTools: DumpDifference;
}

const identical: Accepted = { psqlErrors: [], toTools: noDifference };

/** What pg_restore gives the master and we do not: it may publish its own tables, which a copy must not do (replication). */
export const onlyByPgRestore: Partial<Record<HurtingSchema, string[]>> = {
  'superuser-only': [
    'Name: dropped_pub; Type: PUBLICATION; Schema: -',
    'Name: PUBLICATION dropped_pub; Type: COMMENT; Schema: -',
    'Name: dropped_pub kept; Type: PUBLICATION TABLE; Schema: public',
  ],
};

/** Nothing differs from what psql makes as a superuser, but for these. */
export const acceptedDifferences: Record<HurtingSchema, Accepted> = {
  partitions: identical,
  tables: identical,
  types: identical,
  routines: identical,
  // force-row-security-last: ours can fill a view over a table with FORCE ROW LEVEL SECURITY, psql cannot.
  views: {
    psqlErrors: ['ERROR:  query would be affected by row-level security policy for table "secured"'],
    toTools: { ...noDifference, extra: ['Name: of_secured; Type: MATERIALIZED VIEW DATA; Schema: public'] },
  },
  constraints: identical,
  names: identical,
  rows: identical,
  privileges: identical,
  search: identical,
  'superuser-only': {
    psqlErrors: [],
    toTools: {
      missing: [
        // postgres_fdw and dblink are trusted by RDS, not by PostgreSQL; what stands on them goes with them.
        'Name: dblink; Type: EXTENSION; Schema: -',
        'Name: EXTENSION dblink; Type: COMMENT; Schema: -',
        'Name: postgres_fdw; Type: EXTENSION; Schema: -',
        'Name: EXTENSION postgres_fdw; Type: COMMENT; Schema: -',
        // superuser-object
        'Name: CAST (integer AS "char"[]); Type: CAST; Schema: -',
        'Name: failed_c(integer); Type: FUNCTION; Schema: public',
        'Name: failed_leakproof(integer); Type: FUNCTION; Schema: public',
        'Name: failed_aggregate(double precision, anyelement); Type: AGGREGATE; Schema: public',
        'Name: failed_am; Type: ACCESS METHOD; Schema: -',
        'Name: failed_family; Type: OPERATOR FAMILY; Schema: public',
        'Name: failed_class; Type: OPERATOR CLASS; Schema: public',
        'Name: failed_fdw; Type: FOREIGN DATA WRAPPER; Schema: -',
        'Name: changed_server; Type: SERVER; Schema: -',
        // user-mapping
        'Name: USER MAPPING app_owner SERVER changed_server; Type: USER MAPPING; Schema: -',
        'Name: USER MAPPING public SERVER changed_server; Type: USER MAPPING; Schema: -',
        'Name: kept_ft; Type: FOREIGN TABLE; Schema: public',
        // replication
        'Name: dropped_all; Type: PUBLICATION; Schema: -',
        'Name: dropped_pub; Type: PUBLICATION; Schema: -',
        'Name: PUBLICATION dropped_pub; Type: COMMENT; Schema: -',
        'Name: dropped_pub kept; Type: PUBLICATION TABLE; Schema: public',
        'Name: dropped_sub; Type: SUBSCRIPTION; Schema: -',
        // grant-system-object, event-trigger
        'Name: FUNCTION pg_ls_dir(text); Type: ACL; Schema: pg_catalog',
        'Name: dropped_et; Type: EVENT TRIGGER; Schema: -',
      ],
      extra: [],
      changed: [],
    },
  },
};

/**
 * Differences from the source that the account does not own up to: an entry that is not there, or not as it was, although
 * the account calls it restored, and one that nobody dumped.
 */
export function outcomesOfMissing(difference: DumpDifference, account: RestoreAccount): string[] {
  const admitted = new Set(
    account.entries
      .filter(({ outcome }) => outcome.status !== 'restored')
      .map(({ name, type, schema }) => `Name: ${name}; Type: ${type}; Schema: ${schema ?? '-'}`),
  );
  const changed = difference.changed.map(
    ({ entry, expected, actual }) => `${entry}: ${expected} | ${actual}`,
  );
  return [...difference.missing.filter((entry) => !admitted.has(entry)), ...difference.extra, ...changed];
}
