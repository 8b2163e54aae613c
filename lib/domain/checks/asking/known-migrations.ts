/** One migration tool's table: how to find it and how to ask it for the newest migration. */
export interface MigrationTool {
  tool: string;
  table: string;
  /** Columns the table must have; without them it is some other table of that name. */
  columns: string[];
  /** Names the migration. */
  column: string;
  /** SQL that orders applied migrations, newest last. */
  order: string;
  where: string | null;
  asks: 'head' | 'includes';
  /** Several independent lines are recorded together (Django: one per app), so that no single row is the head. */
  manyLines?: boolean;
}

const byColumn = (
  tool: string,
  table: string,
  column: string,
  where: string | null = null,
): MigrationTool => ({
  tool,
  table,
  columns: [column],
  column,
  order: `"${column}"`,
  where,
  asks: 'head',
});

/**
 * Tables of common migration tools, by each tool's documentation. More specific ones of one name come first: golang-migrate,
 * Rails, Ecto and dbmate all call theirs `schema_migrations`.
 */
export const migrationTools: readonly MigrationTool[] = [
  {
    ...byColumn('golang-migrate', 'schema_migrations', 'version', 'not dirty'),
    columns: ['version', 'dirty'],
  },
  { ...byColumn('Ecto', 'schema_migrations', 'version'), columns: ['version', 'inserted_at'] },
  byColumn('Rails or dbmate', 'schema_migrations', 'version'),
  {
    ...byColumn('Flyway', 'flyway_schema_history', 'version', 'success and version is not null'),
    columns: ['version', 'installed_rank', 'success'],
    order: '"installed_rank"',
    asks: 'includes',
  },
  {
    ...byColumn('Liquibase', 'databasechangelog', 'id'),
    columns: ['id', 'orderexecuted'],
    order: '"orderexecuted"',
    asks: 'includes',
  },
  byColumn('Alembic', 'alembic_version', 'version_num'),
  byColumn(
    'Prisma',
    '_prisma_migrations',
    'migration_name',
    'finished_at is not null and rolled_back_at is null',
  ),
  { ...byColumn('Knex', 'knex_migrations', 'name'), columns: ['name', 'batch'] },
  { ...byColumn('node-pg-migrate', 'pgmigrations', 'name'), columns: ['name', 'run_on'] },
  {
    ...byColumn('Django', 'django_migrations', 'name'),
    columns: ['app', 'name', 'applied'],
    manyLines: true,
  },
  byColumn('Entity Framework', '__EFMigrationsHistory', 'MigrationId'),
  {
    ...byColumn('goose', 'goose_db_version', 'version_id', 'is_applied'),
    columns: ['version_id', 'is_applied'],
  },
  byColumn('Sequelize', 'SequelizeMeta', 'name'),
  { ...byColumn('TypeORM', 'migrations', 'timestamp'), columns: ['timestamp', 'name'] },
  { ...byColumn('TypeORM', 'typeorm_migrations', 'timestamp'), columns: ['timestamp', 'name'] },
  { ...byColumn('Laravel', 'migrations', 'migration'), columns: ['migration', 'batch'] },
  { ...byColumn('Drizzle', '__drizzle_migrations', 'created_at'), columns: ['hash', 'created_at'] },
  byColumn('Diesel', '__diesel_schema_migrations', 'version'),
  { ...byColumn('sqlx', '_sqlx_migrations', 'version', 'success'), columns: ['version', 'success'] },
  byColumn('Refinery', 'refinery_schema_history', 'version'),
  byColumn('Atlas', 'atlas_schema_revisions', 'version'),
  { ...byColumn('MikroORM', 'mikro_orm_migrations', 'name'), columns: ['name', 'executed_at'] },
];

/**
 * Row values never leave the sandbox, with this one exception: the name of the newest migration of a table above. It is
 * no data of the user's business but the version of the schema, written by the developers' own tool, kept in their
 * repository, and the very value that `migrations: { head }` is configured with and whose absence a finding names. Only
 * what looks like a version or a file name passes, so that a table that merely has such a name gives nothing away.
 */
export function isMigrationName(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,149}$/.test(value);
}

/** Tables that those tools keep beside their list. */
const besideMigrations = ['ar_internal_metadata', 'databasechangeloglock', 'knex_migrations_lock'];

const bookkeeping: ReadonlySet<string> = new Set([
  ...migrationTools.map(({ table }) => table),
  ...besideMigrations,
]);

/** True for a table that says which version the schema has: its rows are no data of anybody. */
export const isBookkeeping = (table: string): boolean => bookkeeping.has(table);
