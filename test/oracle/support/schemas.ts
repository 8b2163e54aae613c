import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestServer } from '../../support/server.ts';

const folder = join(import.meta.dirname, '..', 'schemas');

/** The schemas written to hurt, by file name. */
export const hurtingSchemas = [
  'partitions',
  'tables',
  'types',
  'routines',
  'views',
  'constraints',
  'names',
  'rows',
  'privileges',
  'search',
  'superuser-only',
] as const;
export type HurtingSchema = (typeof hurtingSchemas)[number];

/** Creates the roles that the schemas name. */
export async function createRoles(server: TestServer): Promise<void> {
  await server.sql('postgres', readFileSync(join(folder, 'roles.sql'), 'utf8'));
}

/** Makes a database of one or more schemas with psql, which must find nothing wrong with them. */
export async function createSource(
  server: TestServer,
  database: string,
  schemas: readonly HurtingSchema[],
): Promise<void> {
  await server.createDatabase(database);
  for (const name of schemas)
    server.tool('psql', [
      '-X',
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-d',
      database,
      '-f',
      join(folder, `${name}.sql`),
    ]);
}
