import { readFileSync } from 'node:fs';
import { type DBInstance, DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import type { World } from './world.ts';

/** The kept instance as RDS describes it, through the front: with its endpoint. */
export async function instanceOf(world: World, identifier: string): Promise<DBInstance> {
  const { DBInstances = [] } = await world.rds.send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
  );
  if (DBInstances[0] === undefined) throw new Error(`there is no instance ${identifier}`);
  return DBInstances[0];
}

/** Logs in as the application's operator would after the hand-over: with the secret that was named. */
export async function rowsThroughSecret(world: World, instance: DBInstance, table: string): Promise<number> {
  const { SecretString = '{}' } = await world.account.secrets.send(
    new GetSecretValueCommand({ SecretId: instance.MasterUserSecret?.SecretArn }),
  );
  const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
  const [database] = (await restoredDatabases(world, instance, username, password)).filter(
    (name) => !['postgres', 'template0', 'template1', 'rdsadmin'].includes(name),
  );
  const client = new Client(connection(world, instance, username, password, database ?? 'postgres'));
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${table}`);
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

async function restoredDatabases(
  world: World,
  instance: DBInstance,
  user: string,
  password: string,
): Promise<string[]> {
  const client = new Client(connection(world, instance, user, password, 'postgres'));
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    return rows.map(({ datname }) => datname);
  } finally {
    await client.end();
  }
}

const connection = (
  world: World,
  { Endpoint }: DBInstance,
  user: string,
  password: string,
  database: string,
) => ({
  host: Endpoint?.Address ?? '',
  port: Endpoint?.Port ?? 0,
  user,
  password,
  database,
  ssl: { ca: readFileSync(world.caBundlePath, 'utf8'), rejectUnauthorized: true },
});
