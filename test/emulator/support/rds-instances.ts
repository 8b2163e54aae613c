import { randomBytes, randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Supplement, WireReply } from './front.ts';

/** A PostgreSQL server that behaves like an RDS instance. */
export interface InstanceServer {
  port: number;
  stop(): Promise<void>;
}

export interface InstanceRequest {
  identifier: string;
  masterRole: string;
  /** Null: it logs in with tokens. */
  password: string | null;
}

interface Instance {
  /** Null: its master has no password. */
  secretArn: string | null;
  /** Null until it is up: until then the instance is `creating`. */
  server: InstanceServer | null;
  starting: Promise<void>;
  /** Turned on since it was made. */
  minorUpgrades?: boolean;
}

/**
 * What the emulator cannot play of RDS: behind its answers stand real PostgreSQL servers, each with a managed master
 * secret; an instance is `creating` until its server answers. Everything else is the emulator's own.
 */
export class RdsInstances {
  readonly #instances = new Map<string, Instance>();
  readonly #secrets: SecretsManagerClient;
  readonly #start: (request: InstanceRequest) => Promise<InstanceServer>;

  constructor(secrets: SecretsManagerClient, start: (request: InstanceRequest) => Promise<InstanceServer>) {
    this.#secrets = secrets;
    this.#start = start;
  }

  get identifiers(): string[] {
    return [...this.#instances.keys()];
  }

  serverOf(identifier: string): InstanceServer | null {
    return this.#instances.get(identifier)?.server ?? null;
  }

  supplements(): Record<string, Supplement> {
    return {
      'rds:CreateDBInstance': async (input, forward) => {
        const reply = await forward();
        if (reply.status === 200) await this.#create(input);
        return this.#completed(reply);
      },
      'rds:DescribeDBInstances': async (_input, forward) => this.#completed(await forward()),
      'rds:ModifyDBInstance': async (input, forward) => {
        const instance = this.#instances.get(String(input.DBInstanceIdentifier));
        // The emulator takes it and forgets it; RDS shows it at the next look.
        if (instance !== undefined && String(input.AutoMinorVersionUpgrade) === 'true')
          instance.minorUpgrades = true;
        return this.#completed(await forward());
      },
      'rds:DeleteDBInstance': async (input, forward) => {
        const reply = await forward();
        if (reply.status === 200) await this.#delete(String(input.DBInstanceIdentifier));
        return reply;
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#instances.keys()].map((identifier) => this.#delete(identifier)));
  }

  async #create(input: Record<string, unknown>): Promise<void> {
    const identifier = String(input.DBInstanceIdentifier);
    const masterRole = String(input.MasterUsername);
    const byToken = input.MasterUserAuthenticationType === 'iam-db-auth';
    const password = byToken ? null : randomBytes(20).toString('hex');
    const secretArn = password === null ? null : await this.#keep(masterRole, password);
    const instance: Instance = { secretArn, server: null, starting: Promise.resolve() };
    this.#instances.set(identifier, instance);
    instance.starting = this.#start({ identifier, masterRole, password }).then((server) => {
      instance.server = server;
    });
    // A server that never comes up leaves the instance in `creating`, and the drill says so.
    instance.starting.catch(() => undefined);
  }

  async #delete(identifier: string): Promise<void> {
    const instance = this.#instances.get(identifier);
    if (instance === undefined) return;
    this.#instances.delete(identifier);
    await instance.starting.catch(() => undefined);
    await instance.server?.stop();
    if (instance.secretArn === null) return;
    await this.#secrets.send(
      new DeleteSecretCommand({ SecretId: instance.secretArn, ForceDeleteWithoutRecovery: true }),
    );
  }

  async #keep(username: string, password: string): Promise<string> {
    const { ARN } = await this.#secrets.send(
      new CreateSecretCommand({
        Name: `rds!db-${randomUUID()}`,
        SecretString: JSON.stringify({ username, password }),
      }),
    );
    return ARN ?? '';
  }

  #completed(reply: WireReply): WireReply {
    if (reply.status !== 200) return reply;
    const text = reply.body.toString().replace(/<DBInstance>[\s\S]*?<\/DBInstance>/g, (block) => {
      const identifier = /<DBInstanceIdentifier>([^<]+)</.exec(block)?.[1] ?? '';
      const instance = this.#instances.get(identifier);
      return instance === undefined ? block : completedBlock(block, instance);
    });
    return withBody(reply, text);
  }
}

function completedBlock(given: string, { secretArn, server, minorUpgrades }: Instance): string {
  const block =
    minorUpgrades === true
      ? given.replace(/<AutoMinorVersionUpgrade>[^<]*</, '<AutoMinorVersionUpgrade>true<')
      : given;
  const secret =
    secretArn === null
      ? ''
      : `<MasterUserSecret><SecretArn>${secretArn}</SecretArn><SecretStatus>active</SecretStatus>` +
        '<KmsKeyId>alias/aws/secretsmanager</KmsKeyId></MasterUserSecret>';
  const withSecret = block.replace('</DBInstance>', `${secret}</DBInstance>`);
  if (server === null)
    return withSecret
      .replace(/<DBInstanceStatus>[^<]*</, '<DBInstanceStatus>creating<')
      .replace(/<Endpoint>[\s\S]*?<\/Endpoint>/, '');
  const endpoint = `<Endpoint><Address>localhost</Address><Port>${server.port}</Port></Endpoint>`;
  return withSecret.replace(/<Endpoint>[\s\S]*?<\/Endpoint>/, endpoint);
}

const withBody = (reply: WireReply, text: string): WireReply => {
  const body = Buffer.from(text);
  return { ...reply, headers: { ...reply.headers, 'content-length': String(body.length) }, body };
};
