import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCheckRunner } from '../../../../../lib/adapters/postgres/check-runner.ts';
import { createRdsCheckRunner } from '../../../../../lib/adapters/sandboxes/rds/login/rds-check-runner.ts';
import { taskAccess, tokenAccess } from '../../../../../lib/adapters/sandboxes/rds/login/sandbox-access.ts';
import { tokenSigner } from '../../../../../lib/adapters/sandboxes/rds/login/token-signer.ts';
import type { SandboxAddress } from '../../../../../lib/domain/sandbox/address.ts';
import { makeCertificates } from '../../../../support/aws/certificates.ts';
import { type RdsLikeServer, startRdsLikeServer } from '../../../../support/aws/rds-like-server.ts';
import { awsError, type RecordedCall, scripted } from '../../../../support/aws/scripted-client.ts';

let server: RdsLikeServer;
let address: SandboxAddress;
let ca: string;
beforeAll(async () => {
  server = await startRdsLikeServer();
  const { host, port, masterRole, serverVersion } = server;
  address = { sandboxId: 'restore-drill-test-0123456789', host, port, masterRole, serverVersion, secretArn };
  ca = readFileSync(server.caFile, 'utf8');
});
afterAll(() => server.stop());

const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-abcdef';
const sign = tokenSigner({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
});

const tokens = () => tokenAccess({ sign, ca });
/** A new process of the restore task. */
function task(options: { password?: string; calls?: RecordedCall[]; answer?: () => unknown } = {}) {
  const password = options.password ?? server.masterPassword;
  const answer =
    options.answer ?? (() => ({ SecretString: JSON.stringify({ username: 'drill_master', password }) }));
  const client = new SecretsManagerClient({ region: 'eu-west-1' });
  return taskAccess({ secrets: scripted(client, answer, options.calls), sign, ca });
}
const withoutTokens = () => server.asSuperuser('postgres', 'revoke rds_iam from drill_master');
const withTokens = () => server.asSuperuser('postgres', 'grant rds_iam to drill_master');

/** Logs in and says as whom and how. */
async function login(config: Awaited<ReturnType<ReturnType<typeof tokens>['connection']>>) {
  const client = new Client({ ...config, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      'select session_user::text as who, ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    return rows[0] as { who: string; ssl: boolean };
  } finally {
    await client.end().catch(() => {});
  }
}

describe('an encrypted connection', () => {
  test('verifies the server with the given authority', async () => {
    await withoutTokens();

    expect(await login(await task().connection(address, 'postgres'))).toEqual({
      who: 'drill_master',
      ssl: true,
    });
  });

  test('refuses a server whose certificate another authority issued', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'restore-drill-ca-'));
    const stranger = readFileSync(makeCertificates(directory).caFile, 'utf8');
    rmSync(directory, { recursive: true });
    const access = tokenAccess({ sign, ca: stranger });

    await expect(login(await access.connection(address, 'postgres'))).rejects.toThrow(/certificate/);
    await expect(access.tokensAdmitted(address)).rejects.toThrow(/certificate/);
  });

  test('refuses a server whose certificate is for another name', async () => {
    const elsewhere = { ...address, host: '127.0.0.1' };

    await expect(login(await tokens().connection(elsewhere, 'postgres'))).rejects.toThrow(/altnames|IP/i);
  });

  test('never goes on in plain text when the server offers no encryption', async () => {
    const received: Buffer[] = [];
    const plain = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        socket.write('N');
      });
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };

    await expect(
      login(await tokens().connection({ ...address, host: 'localhost', port }, 'postgres')),
    ).rejects.toThrow(/does not support SSL/);
    await new Promise((resolve) => plain.close(resolve));
    // Eight bytes ask for encryption (SSLRequest); nothing else was ever said.
    expect(Buffer.concat(received).toString('hex')).toBe('0000000804d2162f');
  });
});

describe('the restore task', () => {
  test('logs in with tokens where the instance has no secret, asks for none and grants nothing', async () => {
    await withTokens();
    const calls: RecordedCall[] = [];
    const { secretArn: _none, ...secretless } = address;
    const access = task({ calls });

    expect(await login(await access.connection(secretless, 'postgres'))).toMatchObject({
      who: 'drill_master',
    });
    await withoutTokens();
    // Nothing is asked of the server: it would refuse the token now.
    await access.admitTokens(secretless);
    await withTokens();

    expect(await login(await access.connection(secretless, 'postgres'))).toMatchObject({
      who: 'drill_master',
    });
    expect(calls).toEqual([]);
  });

  test('logs in with the managed password, which it reads once', async () => {
    await withoutTokens();
    const calls: RecordedCall[] = [];
    const access = task({ calls });

    await login(await access.connection(address, 'postgres'));
    await login(await access.connection(address, 'template1'));

    expect(calls.map(({ command, input }) => [command, input])).toEqual([
      ['GetSecretValue', { SecretId: secretArn }],
    ]);
  });

  test('goes over to tokens when it has admitted them', async () => {
    await withoutTokens();
    const access = task();
    const before = server.acceptedTokens.length;
    await login(await access.connection(address, 'postgres'));
    expect(server.acceptedTokens.length).toBe(before);

    await access.admitTokens(address);

    await login(await access.connection(address, 'postgres'));
    expect(server.acceptedTokens.length).toBe(before + 1);
  });

  test('goes back to the password when it has withdrawn them', async () => {
    await withTokens();
    const access = task();
    await access.admitTokens(address);

    await access.withdrawTokens(address);

    const before = server.acceptedTokens.length;
    expect(await login(await access.connection(address, 'postgres'))).toMatchObject({ who: 'drill_master' });
    expect(server.acceptedTokens.length).toBe(before);
  });

  test('of a later process finds out that tokens were admitted before', async () => {
    await withTokens();
    const before = server.acceptedTokens.length;

    const { who } = await login(await task().connection(address, 'postgres'));

    expect(who).toBe('drill_master');
    expect(server.acceptedTokens.length).toBe(before + 1);
  });

  test('signs a token of its own for each connection of one configuration', async () => {
    await withTokens();
    let signed = 0;
    const counting = tokenAccess({
      ca,
      sign: (at) => {
        signed++;
        return sign(at);
      },
    });
    const config = await counting.connection(address, 'postgres');

    await login(config);
    await login(config);

    expect(signed).toBe(2);
  });

  test.each([
    ['may not be read', () => Promise.reject(awsError('AccessDeniedException'))],
    ['is not what RDS writes', () => ({ SecretString: 'hunter2' })],
    ['is empty', () => ({})],
  ])('fails by name, and without the value, when the secret %s', async (_how, answer) => {
    const failure = await task({ answer })
      .connection(address, 'postgres')
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'SECRET_UNREADABLE' });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('hunter2');
  });

  test('asks again after a secret that could not be read', async () => {
    await withoutTokens();
    let times = 0;
    const access = task({
      answer: () => {
        times++;
        if (times === 1) throw awsError('InternalServiceError', 'busy', 500);
        return { SecretString: JSON.stringify({ password: server.masterPassword }) };
      },
    });
    await expect(access.connection(address, 'postgres')).rejects.toThrow();

    expect(await login(await access.connection(address, 'postgres'))).toMatchObject({ who: 'drill_master' });
  });
});

describe('tokens', () => {
  test('are not admitted before anybody admitted them', async () => {
    await withoutTokens();

    expect(await tokens().tokensAdmitted(address)).toBe(false);
  });

  test('are admitted twice without harm', async () => {
    await withoutTokens();
    const access = task();

    await access.admitTokens(address);
    await access.admitTokens(address);

    expect(await tokens().tokensAdmitted(address)).toBe(true);
  });

  test('make way for the password when they are withdrawn', async () => {
    await withTokens();
    await expect(login(await passwordOnly())).rejects.toThrow(/authentication failed/);

    await tokens().withdrawTokens(address);

    expect(await login(await passwordOnly())).toMatchObject({ who: 'drill_master' });
    expect(await tokens().tokensAdmitted(address)).toBe(false);
  });

  test('that the server refuses are an error and not a no', async () => {
    await withTokens();
    const forAnother = tokenAccess({ ca, sign: (at) => sign({ ...at, masterRole: 'someone_else' }) });

    await expect(forAnother.tokensAdmitted(address)).rejects.toMatchObject({
      name: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('28000'),
    });
  });

  const passwordOnly = async () => ({
    ...(await tokens().connection(address, 'postgres')),
    password: server.masterPassword,
  });
});

describe('checks on RDS', () => {
  test('open the sandbox for tokens, and close it again for hand-over', async () => {
    await withoutTokens();
    await server.asSuperuser('postgres', 'drop database if exists shop');
    await server.asSuperuser('postgres', 'create database shop owner drill_master');
    await server.asSuperuser(
      'shop',
      `create table public.orders (id int); alter table public.orders owner to drill_master;
       alter table public.orders enable row level security; alter table public.orders force row level security`,
    );
    const forced = async () =>
      (
        await server.asSuperuser(
          'shop',
          "select relforcerowsecurity as forced from pg_class where relname = 'orders'",
        )
      )[0];
    const inTask = task();

    const prepared = await createRdsCheckRunner(createCheckRunner(inTask), inTask).prepare(address, ['shop']);

    expect(prepared).toEqual([
      {
        database: 'shop',
        forcedTables: [{ schema: 'public', name: 'orders', lifted: true, sqlState: null }],
      },
    ]);
    expect(await forced()).toEqual({ forced: false });
    expect(await tokens().tokensAdmitted(address)).toBe(true);

    const handOver = createRdsCheckRunner(createCheckRunner(tokens()), tokens());
    expect(await handOver.undo(address, prepared)).toEqual([]);
    // Once more, as after a lost answer: nothing is left to undo.
    expect(await handOver.undo(address, prepared)).toEqual([]);

    expect(await forced()).toEqual({ forced: true });
    expect(await tokens().tokensAdmitted(address)).toBe(false);
  });

  test('keep tokens admitted while something could not be put back', async () => {
    await withTokens();
    const refused = [{ database: 'shop', table: 'public.orders' }];
    const base = {
      prepare: async () => [],
      undo: async () => refused,
      run: () => Promise.reject(new Error()),
    };

    expect(await createRdsCheckRunner(base, tokens()).undo(address, [])).toEqual(refused);

    expect(await tokens().tokensAdmitted(address)).toBe(true);
  });
});
