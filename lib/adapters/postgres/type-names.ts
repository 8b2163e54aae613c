/** Names of the built-in types that checks tell apart, by their fixed OIDs (pg_type.dat; the same in every version). */
const names: Readonly<Record<number, string>> = {
  16: 'bool',
  17: 'bytea',
  18: 'char',
  19: 'name',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  25: 'text',
  26: 'oid',
  114: 'json',
  700: 'float4',
  701: 'float8',
  790: 'money',
  1042: 'bpchar',
  1043: 'varchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1700: 'numeric',
  2950: 'uuid',
  3802: 'jsonb',
};

/** A type's name by OID; `type 12345` for one that is not built in or makes no difference to a check. */
export function typeName(oid: number): string {
  return names[oid] ?? `oid ${oid}`;
}
