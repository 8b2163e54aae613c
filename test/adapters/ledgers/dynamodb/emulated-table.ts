import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';

/** A DynamoDB that nobody here wrote: ministack, as scripts/emulator.mjs installs it and names it by EMULATOR_MINISTACK. */
export interface EmulatedDynamo {
  client: DynamoDBClient;
  /** Makes an empty table with the ledger's keys and gives its name. */
  makeTable(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an emulator of its own on a free port of the loopback interface. */
export async function startEmulatedDynamo(): Promise<EmulatedDynamo> {
  const program = process.env.EMULATOR_MINISTACK;
  if (program === undefined) throw new Error('EMULATOR_MINISTACK is not set: run node scripts/emulator.mjs');
  const port = await freePort();
  // Its IoT listener ignores BIND_HOST, so it stays off.
  const settings = { BIND_HOST: '127.0.0.1', IOT_MTLS_ENABLED: '0', GATEWAY_PORT: String(port) };
  const emulator = spawn(program, { stdio: 'ignore', env: { ...process.env, ...settings } });
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await untilAnswers(client);
  let tables = 0;
  return {
    client,
    async makeTable() {
      tables += 1;
      const name = `ledger-${tables}`;
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        }),
      );
      return name;
    },
    stop: () => stop(client, emulator),
  };
}

async function stop(client: DynamoDBClient, emulator: ChildProcess): Promise<void> {
  client.destroy();
  if (emulator.exitCode !== null || emulator.signalCode !== null) return;
  const ended = once(emulator, 'exit');
  emulator.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilAnswers(client: DynamoDBClient): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    const answers = await client.send(new ListTablesCommand({})).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await wait(200);
  }
  throw new Error('the emulator does not answer');
}
