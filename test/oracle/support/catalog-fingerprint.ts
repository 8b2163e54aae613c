import type { TestServer } from '../../support/server.ts';

/**
 * Every object of a database with its definition in the server's own words, its owner and privileges: what pg_dump would
 * show, for servers that the installed pg_dump is too old for. One row: what, name, definition.
 */
const objects = `
WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
relations AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS full_name FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace),
routines AS (SELECT p.*, p.oid::regprocedure::text AS full_name FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
SELECT 'schema' AS what, nspname::text AS name, concat_ws('|', pg_get_userbyid(nspowner), nullif(nspacl, acldefault('n', nspowner))::text) AS definition FROM pg_namespace WHERE oid IN (SELECT oid FROM spaces)
UNION ALL SELECT 'relation ' || relkind::text, full_name, concat_ws('|', relpersistence, reloptions::text, relrowsecurity, relforcerowsecurity, relreplident, relispopulated, pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid), pg_get_userbyid(relowner), nullif(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))::text, (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = relations.oid)) FROM relations WHERE relkind NOT IN ('t')
UNION ALL SELECT 'column', full_name || '.' || attname, concat_ws('|', attnum - (SELECT count(*) FROM pg_attribute x WHERE x.attrelid = a.attrelid AND x.attisdropped AND x.attnum < a.attnum), format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage, attcompression, attcollation::regcollation, attacl::text, attoptions::text, attislocal, attinhcount, pg_get_expr(adbin, adrelid)) FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'S'
UNION ALL SELECT 'constraint', coalesce(conrelid::regclass::text, contypid::regtype::text) || ' ' || conname, concat_ws('|', pg_get_constraintdef(c.oid), convalidated, condeferrable, condeferred, coninhcount) FROM pg_constraint c JOIN spaces n ON n.oid = c.connamespace
UNION ALL SELECT 'index', full_name, concat_ws('|', pg_get_indexdef(indexrelid), indisvalid, indisready, indisclustered, indisreplident) FROM relations r JOIN pg_index i ON i.indexrelid = r.oid
UNION ALL SELECT 'view', full_name, pg_get_viewdef(oid) FROM relations WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'routine', full_name, concat_ws('|', CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END, pg_get_userbyid(proowner), nullif(proacl, acldefault('f', proowner))::text) FROM routines
UNION ALL SELECT 'aggregate', full_name, concat_ws('|', aggtransfn::text, aggfinalfn::text, aggtranstype::regtype, agginitval) FROM routines JOIN pg_aggregate ON aggfnoid = oid
UNION ALL SELECT 'trigger', full_name || ' ' || tgname, pg_get_triggerdef(t.oid) || tgenabled::text FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT tgisinternal
UNION ALL SELECT 'policy', full_name || ' ' || polname, concat_ws('|', polcmd::text, polpermissive, (SELECT string_agg(CASE WHEN x = 0 THEN 'public' ELSE x::regrole::text END, ',') FROM unnest(polroles) x), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
UNION ALL SELECT 'rule', full_name || ' ' || rulename, pg_get_ruledef(w.oid) || ev_enabled::text FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE rulename <> '_RETURN'
UNION ALL SELECT 'type', t.oid::regtype::text, concat_ws('|', typtype, pg_get_userbyid(typowner), nullif(typacl, acldefault('T', typowner))::text, typnotnull, typdefault, format_type(typbasetype, typtypmod), (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t JOIN spaces n ON n.oid = t.typnamespace WHERE typcategory <> 'A'
UNION ALL SELECT 'sequence', format('%I.%I', schemaname, sequencename), concat_ws('|', data_type, start_value, min_value, max_value, increment_by, cycle, cache_size, last_value) FROM pg_sequences
UNION ALL SELECT 'statistics', pg_get_statisticsobjdef(s.oid), stxstattarget::text FROM pg_statistic_ext s
UNION ALL SELECT 'default privileges', concat_ws(' ', pg_get_userbyid(defaclrole), defaclnamespace::regnamespace, defaclobjtype), (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(defaclacl) x) FROM pg_default_acl
UNION ALL SELECT 'extension', extname::text, extversion FROM pg_extension
UNION ALL SELECT 'comment', i.type || ' ' || i.identity, description FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.objoid >= 16384
UNION ALL SELECT 'large object', m.oid::text, concat_ws('|', pg_get_userbyid(lomowner), lomacl::text, md5(lo_get(m.oid))) FROM pg_largeobject_metadata m
ORDER BY 1, 2, 3`;

/** The objects as sorted lines, the bootstrap superuser, the master and `postgres` under one name. */
export async function catalogOf(server: TestServer, database: string): Promise<string[]> {
  const rows = await server.sql(database, objects);
  return rows
    .map((row) =>
      row
        .map((cell) => String(cell))
        .join(' ~ ')
        .replaceAll(/\b(?:drill_admin|master|postgres)\b/g, 'bootstrap'),
    )
    .sort();
}
