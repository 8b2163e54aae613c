import { Client, type ClientConfig } from 'pg';

/** How many prepared transactions a server has open. @throws what the driver throws */
export async function openTransactions(connection: ClientConfig): Promise<number> {
  const client = new Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      'select pg_catalog.count(*) from pg_catalog.pg_prepared_xacts',
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}
