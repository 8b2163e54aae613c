import { beforeAll, expect, test } from 'vitest';
import { inspectDatabase, listDatabases } from '../../../lib/adapters/postgres/inspect-schema.ts';
import { TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('source');
  await server.sql('postgres', 'CREATE DATABASE shop');
  await server.sql(
    'shop',
    `CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, created_at timestamptz);
     CREATE TABLE orders (id int, owner int REFERENCES users, day date) PARTITION BY RANGE (day);
     CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
     CREATE TABLE flyway_schema_history (installed_rank int, version text, success bool);
     CREATE TABLE schema_migrations (version text);
     INSERT INTO users VALUES (1, 'secret@example.org', '2026-01-02 03:04:05+00');
     INSERT INTO orders VALUES (1, 1, '2026-01-01'), (2, 1, '2026-01-03');
     INSERT INTO flyway_schema_history VALUES (1, '9', true), (2, '10', true), (3, '11', false);
     INSERT INTO schema_migrations VALUES ('secret@example.org')`,
  );
});

const config = (database: string) => ({
  host: server.directory,
  port: server.port,
  user: 'postgres',
  database,
});

test('a look at a database gives counts, newest moments and migrations, and no other value', async () => {
  const seen = await inspectDatabase(config('shop'), 'shop');
  expect(seen?.tables.map(({ name, rows, foreignKeys }) => [name, rows, foreignKeys])).toEqual([
    ['flyway_schema_history', 3, 0],
    ['orders', 2, 1],
    ['schema_migrations', 1, 0],
    ['users', 1, 0],
  ]);
  expect(seen?.tables.find(({ name }) => name === 'users')).toMatchObject({
    moments: [{ column: 'created_at', newest: '2026-01-02T03:04:05.000Z' }],
    emailColumns: ['email'],
    uniqueConstraints: 1,
  });
  expect(seen?.migrations.map(({ tool, newest, applied }) => [tool, newest, applied])).toEqual([
    ['Flyway', '10', 2],
    ['Rails or dbmate', null, 1],
  ]);
  expect(JSON.stringify(seen)).not.toContain('secret');
});

test('databases without a table of their own are left out', async () => {
  expect(await listDatabases(config('postgres'))).toEqual(['postgres', 'shop']);
  expect(await inspectDatabase(config('postgres'), 'postgres')).toBeNull();
});
