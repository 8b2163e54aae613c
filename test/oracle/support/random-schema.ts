import fc from 'fast-check';

/** A database made of random tables, as SQL for psql. */
export interface RandomDatabase {
  sql: string;
}

/** Characters that names and values are made of: all that is special to SQL, to COPY and to pg_dump's comments. */
const specials = [
  'a',
  'B',
  'z',
  '0',
  ' ',
  '_',
  '.',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '\r',
  ';',
  '-',
  '--',
  '$',
  '$$',
  '/*',
  '*/',
  '\\.',
  '\\N',
  'é',
  '日',
  '🐘',
  '%',
  '(',
  ')',
  ',',
  '{',
  '}',
  'NULL',
  'Name: ',
  'COPY',
];
const text = (maxLength: number) =>
  fc.array(fc.constantFrom(...specials), { minLength: 1, maxLength }).map((parts) => parts.join(''));

/** PostgreSQL cuts names at 63 bytes; a number makes them differ. */
const names = (count: number) =>
  fc
    .array(text(5), { minLength: count, maxLength: count })
    .map((all) => all.map((name, index) => `${name}${index}`));

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (value: string | null): string =>
  value === null ? 'NULL' : `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A column type with values of it. */
const types: { sql: string; value: fc.Arbitrary<string>; ordered: boolean }[] = [
  { sql: 'integer', value: fc.integer({ min: -2147483648, max: 2147483647 }).map(String), ordered: true },
  { sql: 'bigint', value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), ordered: true },
  { sql: 'text', value: text(12), ordered: true },
  { sql: 'varchar(200) COLLATE "C"', value: text(12), ordered: true },
  {
    sql: 'numeric',
    value: fc.oneof(fc.bigInt().map(String), fc.constantFrom('NaN', 'Infinity', '1e-20', '-0.00')),
    ordered: true,
  },
  {
    sql: 'double precision',
    value: fc.double().map((n) => (Number.isNaN(n) ? 'NaN' : String(n))),
    ordered: true,
  },
  { sql: 'boolean', value: fc.constantFrom('t', 'f'), ordered: true },
  {
    sql: 'bytea',
    value: fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
    ordered: true,
  },
  {
    sql: 'timestamptz',
    value: fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    ordered: true,
  },
  { sql: 'date', value: fc.constantFrom('infinity', '2024-02-29', '4713-01-01 BC'), ordered: true },
  { sql: 'uuid', value: fc.uuid(), ordered: true },
  {
    sql: 'jsonb',
    value: fc.json({ noUnicodeString: true }).filter((json) => !json.includes('\\u0000')),
    ordered: false,
  },
  { sql: 'json', value: fc.constantFrom('{"a":  1, "a": 2}', '[]', '"\\\\."', 'null'), ordered: false },
  { sql: 'int4range', value: fc.constantFrom('empty', '[1,5)', '(,)', '[7,)'), ordered: false },
  {
    sql: 'text[]',
    value: fc.constantFrom('{}', '{NULL,"NULL",""}', '{{a,b},{"c,d","\\""}}', '{"\\\\.","\n"}'),
    ordered: false,
  },
  { sql: 'inet', value: fc.ipV4(), ordered: true },
  { sql: 'interval', value: fc.constantFrom('1 mon', '-3 days 00:00:01', '0'), ordered: true },
];

const column = fc.record({
  type: fc.constantFrom(...types),
  notNull: fc.boolean(),
  withDefault: fc.boolean(),
});

const table = fc
  .record({
    columns: fc.array(column, { minLength: 1, maxLength: 6 }),
    rows: fc.integer({ min: 0, max: 12 }),
    keyed: fc.boolean(),
    identity: fc.constantFrom('none', 'serial', 'always'),
    partitioned: fc.boolean(),
    refersToPrevious: fc.boolean(),
    indexes: fc.array(
      fc.record({ column: fc.nat(5), unique: fc.boolean(), expression: fc.boolean(), partial: fc.boolean() }),
      { maxLength: 3 },
    ),
    check: fc.boolean(),
    unlogged: fc.boolean(),
    comment: fc.option(text(8), { nil: null }),
    owned: fc.boolean(),
    secured: fc.boolean(),
    viewed: fc.constantFrom('none', 'view', 'materialized'),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      names: names(shape.columns.length),
      values: fc.array(
        fc.tuple(
          ...shape.columns.map(({ type, notNull }) =>
            notNull ? type.value : fc.option(type.value, { nil: null, freq: 4 }),
          ),
        ),
        { minLength: shape.rows, maxLength: shape.rows },
      ),
      defaults: fc.tuple(...shape.columns.map(({ type }) => type.value)),
    }),
  );

type RandomTable = typeof table extends fc.Arbitrary<infer T> ? T : never;

function tableSql(
  { shape, names: columnNames, values, defaults }: RandomTable,
  name: string,
  previousKeyed: string | null,
): string[] {
  const columns = shape.columns.map(({ type, notNull, withDefault }, index) =>
    [
      identifier(columnNames[index] ?? ''),
      type.sql,
      notNull ? 'NOT NULL' : '',
      withDefault ? `DEFAULT ${literal(defaults[index] ?? null)}` : '',
    ].join(' '),
  );
  const id = {
    none: 'id integer NOT NULL DEFAULT 0',
    serial: 'id serial',
    always: 'id integer GENERATED ALWAYS AS IDENTITY',
  }[shape.identity];
  // serial and identity cannot be told from each other by a partitioned table's children before 17; plain numbers can.
  const partitioned = shape.partitioned && shape.identity === 'none';
  const filled = values.map(
    (row, index) =>
      `(${shape.identity === 'none' ? index : 'DEFAULT'}${shape.refersToPrevious && previousKeyed !== null ? ', NULL' : ''}, ${row.map((value) => literal(value)).join(', ')})`,
  );
  const refers = shape.refersToPrevious && previousKeyed !== null;
  const statements = [
    `CREATE ${shape.unlogged && !shape.keyed && !partitioned ? 'UNLOGGED ' : ''}TABLE ${name} (${[id, ...(refers ? ['ref integer'] : []), ...columns, ...(shape.check ? ['CHECK (id >= -1)'] : [])].join(', ')})${partitioned ? ' PARTITION BY HASH (id)' : ''}`,
    ...(partitioned
      ? [0, 1].map(
          (n) =>
            `CREATE TABLE ${name.slice(0, -1)} part ${n}" PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
        )
      : []),
    ...(filled.length === 0 ? [] : [`INSERT INTO ${name} VALUES ${filled.join(', ')}`]),
    ...(shape.keyed ? [`ALTER TABLE ${name} ADD PRIMARY KEY (id)`] : []),
    ...(refers
      ? [
          `UPDATE ${name} SET ref = (SELECT min(id) FROM ${previousKeyed})`,
          `ALTER TABLE ${name} ADD FOREIGN KEY (ref) REFERENCES ${previousKeyed} DEFERRABLE`,
        ]
      : []),
    ...shape.indexes.flatMap(({ column: at, unique, expression, partial }) => {
      const index = at % shape.columns.length;
      if (shape.columns[index]?.type.ordered !== true) return [];
      const target = identifier(columnNames[index] ?? '');
      const where = partial ? ` WHERE ${target} IS NOT NULL` : '';
      return [
        unique && !partitioned
          ? `CREATE UNIQUE INDEX ON ${name} (id, ${target})${where}`
          : `CREATE INDEX ON ${name} (${expression ? `(${target} IS NULL)` : target})${where}`,
      ];
    }),
    ...(shape.comment === null ? [] : [`COMMENT ON TABLE ${name} IS ${literal(shape.comment)}`]),
    ...(shape.owned ? [`ALTER TABLE ${name} OWNER TO app_owner`, `GRANT SELECT ON ${name} TO auditor`] : []),
    ...(shape.secured
      ? [
          `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
          `CREATE POLICY everybody ON ${name} USING (id IS NOT NULL)`,
        ]
      : []),
  ];
  const view = `${name.slice(0, -1)} view"`;
  if (shape.viewed === 'view')
    statements.push(`CREATE VIEW ${view} AS SELECT * FROM ${name} WHERE id IS NOT NULL`);
  if (shape.viewed === 'materialized')
    statements.push(
      `CREATE MATERIALIZED VIEW ${view} AS SELECT count(*) AS n, min(id) AS least FROM ${name}`,
    );
  return statements;
}

/** Random databases of one to four tables in one schema. */
export const randomDatabase: fc.Arbitrary<RandomDatabase> = fc
  .record({ tables: fc.array(table, { minLength: 1, maxLength: 4 }), schema: text(4), tableNames: names(4) })
  .map(({ tables, schema, tableNames }) => {
    const namespace = identifier(`${schema}!`);
    let keyed: string | null = null;
    const statements = tables.flatMap((made, index) => {
      const name = `${namespace}.${identifier(tableNames[index] ?? '')}`;
      const sql = tableSql(made, name, keyed);
      if (made.shape.keyed) keyed = name;
      return sql;
    });
    return {
      sql: [`CREATE SCHEMA ${namespace}`, ...statements].map((statement) => `${statement};`).join('\n'),
    };
  });
