import { contentSettingsSql } from './content-sql.ts';
import { lastLine } from './witness.ts';
import { openSnapshot, snapshotSql, type WitnessQuery, witnessQueries } from './witness-sql.ts';

/** docs/witness.sql: the same as `restore-drill witness`, for a machine that has psql and pg_dump and no Node. */
export function renderWitnessScript(): string {
  const { beforeDump, besideDump, afterDump } = witnessQueries({ countsOnly: [], excluded: [] }, ':complete');
  return `-- Makes a dump and, in the same snapshot, a witness of its source. Generated from lib/domain/witness.
--   PG_DUMP_OPTIONS='-Fc -f app.dump app' psql -X -v witness=app.dump.witness.json -f witness.sql app
-- Where pg_dump is asked to leave something out (-t, -T, -n, -N, --exclude-table-data …), add -v complete=false.
-- When pg_dump fails, psql is ended, and the witness lacks its last line.
\\set ON_ERROR_STOP on
\\if :{?complete} \\else
\\set complete true
\\endif
\\pset format unaligned
\\pset tuples_only on
\\pset pager off
\\set QUIET on
\\o /dev/null
${openSnapshot.map((statement) => `${statement};`).join('\n')}
${contentSettingsSql};
${snapshotSql} \\gset
\\setenv WITNESS_SNAPSHOT :snapshot
\\o :witness
${asked(beforeDump)}
\\! pg_dump --snapshot="$WITNESS_SNAPSHOT" $PG_DUMP_OPTIONS || kill $PPID
${asked(besideDump)}
${asked(afterDump)}
\\qecho '${lastLine}'
\\o
commit;
`;
}

const asked = (queries: readonly WitnessQuery[]): string =>
  queries.map((query) => ('entry' in query ? `${query.entry};` : `${query.statements}\n\\gexec`)).join('\n');
