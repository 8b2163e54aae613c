/**
 * What is known of extensions outside the server at hand: where a person gets them, and which schemas and tables they
 * make that a dump then names without making them. An extension that is not here is treated by what the dump says of it.
 *
 * Sources: package list of Debian 12; the extensions' own install scripts. Names of apt.postgresql.org and what RDS offers
 * (RDS for PostgreSQL release notes, "Extension versions", which grow with each release) are from memory of 2026 and not
 * compared with the lists themselves: they only word a hint, and `SHOW rds.extensions` on an instance says more.
 */
export interface KnownExtension {
  /** Its package for a server major of Debian and apt.postgresql.org; null: in neither. */
  readonly debian: ((major: number) => string) | null;
  /** True where RDS for PostgreSQL is known to offer it. */
  readonly rds: boolean;
  /** Schemas that CREATE EXTENSION makes or must be in, whatever WITH SCHEMA says. */
  readonly schemas: readonly string[];
  /** Tables of the extension that hold rows of the user, so that a dump brings rows for them. */
  readonly tables: readonly string[];
  /** Names of its types, functions and access methods; null: not told apart by name. */
  readonly names: RegExp | null;
}

type Facts = Partial<Pick<KnownExtension, 'schemas' | 'tables' | 'names'>>;

const of = (name: string | null, rds: boolean, facts: Facts = {}): KnownExtension => ({
  debian: name === null ? null : (major) => `postgresql-${major}-${name}`,
  rds,
  schemas: [],
  tables: [],
  names: null,
  ...facts,
});
/** Offered by RDS and packaged. */
const both = (name: string, facts: Facts = {}): KnownExtension => of(name, true, facts);
/** Packaged, and not offered by RDS. */
const packaged = (name: string, facts: Facts = {}): KnownExtension => of(name, false, facts);
/** Part of PostgreSQL itself: Debian ships it with the server. */
const contrib = (facts: Facts = {}): KnownExtension => ({
  ...of(null, true, facts),
  debian: (major) => `postgresql-${major}`,
});
/** Part of PostgreSQL too, and nothing for a server that lets nobody at its files. */
const contribBeyondRds: KnownExtension = { ...contrib(), rds: false };
const language = (name: string, rds: boolean): KnownExtension => ({
  ...of(null, rds),
  debian: (major) => `postgresql-${name}-${major}`,
});
const postgis = (facts: Facts = {}): KnownExtension => both('postgis-3', facts);
/** Of Amazon's own servers, and nowhere else. */
const amazon = (facts: Facts = {}): KnownExtension => of(null, true, facts);
/** From its maker only. */
const elsewhere = (facts: Facts = {}): KnownExtension => of(null, false, facts);

const known: Readonly<Record<string, KnownExtension>> = {
  address_standardizer: postgis(),
  address_standardizer_data_us: postgis({ tables: ['us_gaz', 'us_lex', 'us_rules'] }),
  adminpack: contribBeyondRds,
  age: packaged('age', { schemas: ['ag_catalog'] }),
  amcheck: contrib(),
  anon: elsewhere({ schemas: ['anon'] }),
  apg_plan_mgmt: of(null, false, { schemas: ['apg_plan_mgmt'] }),
  asn1oid: packaged('asn1oid'),
  aws_commons: amazon({ schemas: ['aws_commons'] }),
  aws_lambda: amazon({ schemas: ['aws_lambda'] }),
  aws_s3: amazon({ schemas: ['aws_s3'] }),
  bloom: contrib({ names: /^bloom/ }),
  btree_gin: contrib(),
  btree_gist: contrib({ names: /^gist_|^gbt_/ }),
  citext: contrib({ names: /^citext/ }),
  citus: elsewhere({ schemas: ['citus', 'citus_internal', 'columnar', 'columnar_internal'] }),
  cube: contrib({ names: /^cube|^gist_cube/ }),
  dblink: contrib({ names: /^dblink/ }),
  debversion: packaged('debversion', { names: /^debversion/ }),
  dict_int: contrib(),
  dict_xsyn: contrib(),
  earthdistance: contrib({ names: /earth/ }),
  extra_window_functions: packaged('extra-window-functions'),
  file_fdw: contribBeyondRds,
  first_last_agg: packaged('first-last-agg'),
  fuzzystrmatch: contrib({ names: /^(levenshtein|metaphone|dmetaphone|soundex|difference|daitch)/ }),
  h3: both('h3', { names: /^h3/ }),
  h3_postgis: both('h3', { names: /^h3/ }),
  hll: both('hll', { names: /^hll/ }),
  hstore: contrib({ names: /hstore/ }),
  http: packaged('http', { names: /^http/ }),
  hypopg: both('hypopg', { names: /^hypopg/ }),
  icu_ext: packaged('icu-ext'),
  intagg: contrib(),
  intarray: contrib({ names: /^gi(n|st)__int/ }),
  ip4r: both('ip4r', { names: /^ip([46]r?|address|range)/ }),
  isn: contrib({ names: /^(isbn|ismn|issn|ean13|upc)/ }),
  jsquery: packaged('jsquery', { names: /^jsquery|^jsonb_(value_path|path_value)_ops/ }),
  lo: contrib(),
  log_fdw: amazon({ names: /^log_fdw/ }),
  ltree: contrib({ names: /^(ltree|lquery|ltxtquery|gist_ltree)/ }),
  mimeo: packaged('mimeo'),
  mobilitydb: packaged('mobilitydb'),
  mysql_fdw: both('mysql-fdw', { names: /^mysql_fdw/ }),
  numeral: packaged('numeral'),
  ogr_fdw: packaged('ogr-fdw'),
  oracle_fdw: both('oracle-fdw', { names: /^oracle_fdw/ }),
  orafce: both('orafce', { schemas: ['oracle', 'plunit', 'plvstr', 'plvdate', 'dbms_output', 'utl_file'] }),
  pageinspect: contrib(),
  periods: packaged('periods', { schemas: ['periods'] }),
  pg_bigm: of(null, true, { names: /bigm/ }),
  pg_buffercache: contrib(),
  pg_cron: both('cron', { schemas: ['cron'] }),
  pg_fact_loader: packaged('pg-fact-loader'),
  pg_freespacemap: contrib(),
  pg_graphql: elsewhere({ schemas: ['graphql'] }),
  pg_hint_plan: both('pg-hint-plan', { schemas: ['hint_plan'] }),
  pg_ivm: elsewhere({ schemas: ['pgivm'] }),
  pg_net: elsewhere({ schemas: ['net'] }),
  pg_partman: both('partman', { tables: ['part_config', 'part_config_sub'] }),
  pg_prewarm: contrib(),
  pg_qualstats: packaged('pg-qualstats', { names: /^pg_qualstats/ }),
  pg_repack: both('repack', { schemas: ['repack'] }),
  pg_similarity: both('similarity'),
  pg_stat_kcache: packaged('pg-stat-kcache', { names: /^pg_stat_kcache/ }),
  pg_stat_monitor: elsewhere({ names: /^pg_stat_monitor/ }),
  pg_stat_statements: contrib({ names: /^pg_stat_statements/ }),
  pg_tle: of(null, true, { schemas: ['pgtle'] }),
  pg_track_settings: packaged('pg-track-settings'),
  pg_transport: amazon({ schemas: ['transport'] }),
  pg_trgm: contrib({ names: /trgm|similarity/ }),
  pg_uuidv7: elsewhere({ names: /uuid/ }),
  pg_visibility: contrib(),
  pg_wait_sampling: packaged('pg-wait-sampling'),
  pgactive: amazon({ schemas: ['pgactive'] }),
  pgagent: {
    ...of(null, false, { schemas: ['pgagent'] }),
    debian: () => 'pgagent',
  },
  pgaudit: both('pgaudit', { names: /^pgaudit/ }),
  pgcrypto: contrib({ names: /^(gen_salt|crypt|digest|hmac|pgp_|armor|dearmor|gen_random_)/ }),
  pgfincore: packaged('pgfincore'),
  pgjwt: elsewhere(),
  pgl_ddl_deploy: packaged('pgl-ddl-deploy'),
  pglogical: both('pglogical', { schemas: ['pglogical'] }),
  pgmq: elsewhere({ schemas: ['pgmq'] }),
  pgpcre: packaged('pgpcre'),
  pgq: packaged('pgq3', { schemas: ['pgq', 'pgq_ext', 'pgq_node'] }),
  pgroonga: elsewhere({ names: /pgroonga/ }),
  pgrouting: both('pgrouting', { names: /^_?pgr_/ }),
  pgrowlocks: contrib(),
  pgsodium: elsewhere({ schemas: ['pgsodium', 'pgsodium_masks'] }),
  pgstattuple: contrib(),
  pgtap: both('pgtap'),
  plcoffee: of(null, true, { names: /^plcoffee/ }),
  pldbgapi: packaged('pldebugger'),
  plls: of(null, true, { names: /^plls/ }),
  pllua: packaged('pllua'),
  plperl: language('plperl', true),
  plperlu: language('plperl', false),
  plpgsql_check: packaged('plpgsql-check'),
  plprofiler: both('plprofiler'),
  plproxy: packaged('plproxy'),
  plpython3u: language('plpython3', false),
  plr: packaged('plr', { names: /^plr/ }),
  plrust: of(null, true, { names: /^plrust/ }),
  plsh: packaged('plsh'),
  pltcl: language('pltcl', true),
  pltclu: language('pltcl', false),
  plv8: of(null, true, { names: /^plv8/ }),
  pointcloud: packaged('pointcloud'),
  pointcloud_postgis: packaged('pointcloud'),
  postgis: postgis({
    tables: ['spatial_ref_sys'],
    names: /^(geometry|geography|box[23]d|spheroid|spatial_|gidx|_?st_|gist_geo|gserialized)/,
  }),
  postgis_raster: postgis({ names: /raster|^rast/ }),
  postgis_sfcgal: postgis({ names: /^(cg_|st_3d)/ }),
  postgis_tiger_geocoder: postgis({ schemas: ['tiger', 'tiger_data'] }),
  postgis_topology: postgis({ schemas: ['topology'], names: /topo/ }),
  postgres_fdw: contrib({ names: /^postgres_fdw/ }),
  powa: packaged('powa'),
  prefix: both('prefix', { names: /^prefix_range|prefix_range_ops/ }),
  q3c: packaged('q3c', { names: /^q3c/ }),
  rational: packaged('rational'),
  rdkit: both('rdkit', { names: /^(mol|bfp|sfp|qmol|reaction)$/ }),
  rds_tools: amazon({ schemas: ['rds_tools'] }),
  repmgr: packaged('repmgr', { schemas: ['repmgr'] }),
  roaringbitmap: packaged('roaringbitmap', { names: /^(rb_|roaringbitmap)/ }),
  rum: packaged('rum', { names: /^rum/ }),
  seg: contrib({ names: /^(seg|gseg)/ }),
  semver: packaged('semver', { names: /semver/ }),
  set_user: packaged('set-user'),
  sslinfo: contrib(),
  supabase_vault: elsewhere({ schemas: ['vault'] }),
  tablefunc: contrib({ names: /^(crosstab|connectby|normal_rand|tablefunc_)/ }),
  tcn: contrib(),
  tdigest: packaged('tdigest'),
  tds_fdw: both('tds-fdw', { names: /^tds_fdw/ }),
  timescaledb: elsewhere({
    schemas: [
      '_timescaledb_cache',
      '_timescaledb_catalog',
      '_timescaledb_config',
      '_timescaledb_debug',
      '_timescaledb_functions',
      '_timescaledb_internal',
      'timescaledb_experimental',
      'timescaledb_information',
    ],
  }),
  tsm_system_rows: contrib(),
  tsm_system_time: contrib(),
  unaccent: contrib({ names: /unaccent/ }),
  unit: packaged('unit', { tables: ['unit_prefixes', 'unit_units'], names: /^unit/ }),
  'uuid-ossp': contrib({ names: /^uuid_/ }),
  vector: both('pgvector', { names: /^(half|sparse)?vec(tor)?|^ivfflat|^hnsw|^(cosine|l[12]|inner)_/ }),
  vectorscale: elsewhere({ names: /^diskann/ }),
  xml2: contribBeyondRds,
  zombodb: elsewhere({ schemas: ['zdb'], names: /zombo|^zdb/ }),
};

/** Null for an extension that nothing is known of. */
export const knownExtension = (name: string): KnownExtension | null =>
  Object.hasOwn(known, name) ? (known[name] ?? null) : null;

/**
 * What to do about an extension that the sandbox lacks: the package that brings it, and whether RDS has it.
 * @param major of the server that lacks it
 */
export function howToGet(name: string, major: number): string {
  const facts = knownExtension(name);
  if (facts === null)
    return `Install extension "${name}" for PostgreSQL ${major} on this machine, or drill on a server that has it.`;
  const onRds = facts.rds
    ? 'RDS for PostgreSQL offers it'
    : 'RDS for PostgreSQL is not known to offer it (`SHOW rds.extensions` says)';
  return facts.debian === null
    ? `${onRds}; Debian and apt.postgresql.org have no package of it. ${facts.rds ? 'Drill on RDS.' : 'Install it from its maker on the machine that drills.'}`
    : `On Debian install ${facts.debian(major)} (Debian or apt.postgresql.org) on the machine that drills; ${onRds}.`;
}
