/** What every PostgreSQL server of 14 to 18 has, so that its name in a message tells nothing of anybody's rows. */

export const builtInSchemas: ReadonlySet<string> = new Set(['public', 'pg_catalog', 'information_schema']);

/** Types as format_type() writes them, without modifiers (PostgreSQL documentation, chapter 8). */
export const builtInTypes: ReadonlySet<string> = new Set([
  ...['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'money', 'oid', 'xid', 'xid8'],
  ...['text', 'character', 'character varying', '"char"', 'bpchar', 'name', 'bytea', 'cstring', 'unknown'],
  ...['boolean', 'bit', 'bit varying', 'uuid', 'json', 'jsonb', 'jsonpath', 'xml', 'tsvector', 'tsquery'],
  ...['date', 'time', 'timestamp', 'interval', 'time without time zone', 'time with time zone'],
  ...['timestamp without time zone', 'timestamp with time zone'],
  ...['inet', 'cidr', 'macaddr', 'macaddr8', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'],
  ...['int4range', 'int8range', 'numrange', 'tsrange', 'tstzrange', 'daterange'],
  ...[
    'int4multirange',
    'int8multirange',
    'nummultirange',
    'tsmultirange',
    'tstzmultirange',
    'datemultirange',
  ],
  ...['regclass', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regtype', 'regrole', 'regnamespace'],
  ...['regconfig', 'regdictionary', 'regcollation', 'pg_lsn', 'pg_snapshot', 'tid', 'refcursor', 'internal'],
  ...['record', 'void', 'trigger', 'event_trigger', 'anyelement', 'anyarray', 'anynonarray', 'anyenum'],
  ...['anyrange', 'anymultirange', 'anycompatible', 'anycompatiblearray', 'anycompatiblerange', '"any"'],
]);

/** Operators of pg_catalog (PostgreSQL documentation, chapter 9). */
export const builtInOperators: ReadonlySet<string> = new Set(
  `= <> != < > <= >= + - * / % ^ |/ ||/ @ & | # ~ << >> || ~~ !~~ ~~* !~~* ~* !~ !~* ^@ -> ->> #> #>> @> <@ ? ?| ?& #- @? @@ @@@ &&
  &< &> <<| |>> &<| |&> <-> ## ?# ?- ?-| ?|| ~= -|- <^ >^ <<= >>= !! @-@ @@ !~~ *= *<> ~<~ ~<=~ ~>=~ ~>~`.split(
    /\s+/,
  ),
);

/** Words that PostgreSQL's messages put where they name a kind of object, a command or a reason. */
export const serverWords: ReadonlySet<string> = new Set(
  `a an the of on to in for as by with from or and due all is be
  table view sequence index materialized foreign partitioned partition relation column constraint trigger event rule policy
  type domain enum composite range base function procedure aggregate routine operator class family cast conversion collation
  language schema database tablespace role user group extension server wrapper data mapping option publication subscription
  statistics object text search configuration dictionary parser template large transform method access parameter default value
  create alter drop rename comment set execute select insert update delete merge copy refresh reindex truncate grant revoke
  lock vacuum analyze explain declare cursor call do nextval setval nothing
  privileges superuser superusers replication login password owner owned bypassrls security row level defined
  statement timeout user request lock conflict recovery autovacuum task`.split(/\s+/),
);
