import { type DBInstance, RDSClient, type Tag } from '@aws-sdk/client-rds';
import type { InstanceCreation } from '../../../../lib/adapters/sandboxes/rds/create-request.ts';
import type { PreflightOptions } from '../../../../lib/adapters/sandboxes/rds/preflight.ts';
import { createRdsSandboxHost } from '../../../../lib/adapters/sandboxes/rds/rds-sandbox-host.ts';
import { sandboxIdFor } from '../../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import type { SweepOptions } from '../../../../lib/adapters/sandboxes/rds/sweeper.ts';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { type DatabaseConfig, defaultDatabaseConfig } from '../../../../lib/domain/config/index.ts';
import type { RdsSandboxPlan } from '../../../../lib/domain/sandbox/sandbox-plan.ts';
import { awsError, type RecordedCall, scripted } from '../../../support/aws/scripted-client.ts';

export const stackName = 'restore-drill';
export const drillId = 'shop-20261121T030000Z-a1b2';
export const sandboxId = sandboxIdFor(stackName, drillId);
export const now = '2026-11-21T03:00:00.000Z';
export const leaseExpiresAt = '2026-11-21T15:00:00.000Z';
export const expired = '2026-11-21T02:00:00.000Z';
const gibibyte = 1024 ** 3;

export const creation: InstanceCreation = {
  subnetGroup: 'restore-drill-sandbox',
  securityGroup: 'sg-0a1b2c',
  tags: {},
};

export const arnOf = (name: string): string => `arn:aws:rds:eu-west-1:111122223333:db:${name}`;

/** Tags of an instance of ours; `without` and `changed` spoil them. */
export function tags(changed: Record<string, string | null> = {}): Tag[] {
  const all = { [tagKeys.stack]: stackName, [tagKeys.drill]: drillId, [tagKeys.lease]: leaseExpiresAt };
  return Object.entries({ ...all, ...changed }).flatMap(([Key, Value]) =>
    Value === null ? [] : [{ Key, Value }],
  );
}

/** An instance of ours that is ready, unless said otherwise. */
export function anInstance(changes: DBInstance = {}): DBInstance {
  const name = changes.DBInstanceIdentifier ?? sandboxId;
  return {
    DBInstanceIdentifier: name,
    DBInstanceArn: arnOf(name),
    DBInstanceStatus: 'available',
    DBInstanceClass: 'db.m7g.large',
    AllocatedStorage: 20,
    MasterUsername: 'drill_master',
    EngineVersion: '15.17',
    Endpoint: { Address: `${name}.abc.eu-west-1.rds.amazonaws.com`, Port: 5432 },
    MasterUserSecret: {
      SecretArn: `arn:aws:secretsmanager:eu-west-1:1:secret:rds!${name}`,
      SecretStatus: 'active',
    },
    VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-0a1b2c', Status: 'active' }],
    TagList: tags(),
    DeletionProtection: false,
    MultiAZ: false,
    PendingModifiedValues: {},
    ...changes,
  };
}

type Answers = Record<string, (input: Record<string, unknown>) => unknown>;

/**
 * The RDS of one account behind a real SDK client: instances with tags, in pages of two, and whatever else a test
 * answers. Anything not foreseen throws.
 */
export class RdsAccount {
  readonly calls: RecordedCall[] = [];
  readonly instances = new Map<string, DBInstance>();
  readonly client = scripted(
    new RDSClient({ region: 'eu-west-1' }),
    (command, input) => this.#answer(command, input),
    this.calls,
  );
  /** Errors that a command throws, in turn, before it works. */
  readonly failures = new Map<string, Error[]>();
  answers: Answers = {};

  constructor(...instances: DBInstance[]) {
    for (const instance of instances) this.instances.set(instance.DBInstanceIdentifier ?? '', instance);
  }

  fail(command: string, ...errors: Error[]): this {
    this.failures.set(command, errors);
    return this;
  }

  /** Tells of each instance as it is when its deletion is asked for. */
  deleting(tell: (instance: DBInstance) => void): this {
    this.#tellDeletion = tell;
    return this;
  }
  #tellDeletion: (instance: DBInstance) => void = () => {};

  /** The requests that change something. */
  writes(): [string, Record<string, unknown>][] {
    return this.calls
      .filter(({ command }) => !/^(Describe|List)/.test(command))
      .map(({ command, input }) => [command, input]);
  }

  #answer(command: string, input: Record<string, unknown>): unknown {
    const failure = this.failures.get(command)?.shift();
    if (failure !== undefined) throw failure;
    const answer = this.answers[command] ?? this.#own[command];
    if (answer === undefined) throw new Error(`nobody expected ${command}`);
    return answer(input);
  }

  readonly #own: Answers = {
    DescribeDBInstances: (input) => {
      const { Filters, Marker } = input as { Filters?: { Values: string[] }[]; Marker?: string };
      const names = Filters?.[0]?.Values;
      const all = [...this.instances.values()].filter(
        ({ DBInstanceIdentifier = '' }) => names === undefined || names.includes(DBInstanceIdentifier),
      );
      const first = Number(Marker ?? 0);
      const more = first + 2 < all.length ? { Marker: String(first + 2) } : {};
      // Copies, as over the network: what changes later is only seen by asking again.
      return { DBInstances: structuredClone(all.slice(first, first + 2)), ...more };
    },
    CreateDBInstance: (input) => {
      const { DBInstanceIdentifier = '', Tags = [] } = input as {
        DBInstanceIdentifier?: string;
        Tags?: Tag[];
      };
      if (this.instances.has(DBInstanceIdentifier)) throw awsError('DBInstanceAlreadyExistsFault');
      const made = anInstance({ DBInstanceIdentifier, DBInstanceStatus: 'creating', TagList: Tags });
      this.instances.set(DBInstanceIdentifier, made);
      return { DBInstance: made };
    },
    DeleteDBInstance: (input) => {
      const instance = this.#named(String(input.DBInstanceIdentifier));
      this.#tellDeletion(structuredClone(instance));
      instance.DBInstanceStatus = 'deleting';
      return { DBInstance: instance };
    },
    ModifyDBInstance: (input) => {
      const instance = this.#named(String(input.DBInstanceIdentifier));
      if (input.DeletionProtection !== undefined)
        instance.DeletionProtection = input.DeletionProtection === true;
      if (input.MultiAZ === true) instance.PendingModifiedValues = { MultiAZ: true };
      return { DBInstance: instance };
    },
    AddTagsToResource: (input) => {
      const instance = this.#named(String(input.ResourceName).split(':').at(-1) ?? '');
      const added = input.Tags as Tag[];
      const keys = added.map(({ Key }) => Key);
      instance.TagList = [...(instance.TagList ?? []).filter(({ Key }) => !keys.includes(Key)), ...added];
      return {};
    },
    RemoveTagsFromResource: (input) => {
      const instance = this.#named(String(input.ResourceName).split(':').at(-1) ?? '');
      const keys = input.TagKeys as string[];
      instance.TagList = (instance.TagList ?? []).filter(({ Key }) => !keys.includes(Key ?? ''));
      return {};
    },
    DescribeEvents: () => ({ Events: [] }),
    DescribeDBSnapshots: () => ({ DBSnapshots: [] }),
    DescribeDBParameterGroups: () => ({ DBParameterGroups: [] }),
  };

  #named(name: string): DBInstance {
    const instance = this.instances.get(name);
    if (instance === undefined) throw awsError('DBInstanceNotFoundFault', `${name} not found`, 404);
    return instance;
  }
}

export interface HostSetUp {
  planning?: PreflightOptions;
  creation?: InstanceCreation;
  sweeping?: SweepOptions;
  /** Seconds that were slept are collected here. */
  slept?: number[];
  onSleep?: () => void;
}

/** A host on that account, whose clock stands still. */
export function hostOn(account: RdsAccount, { slept = [], onSleep, ...groups }: HostSetUp = {}) {
  const clock = {
    now: () => new Date(now),
    sleep: async (seconds: number) => {
      slept.push(seconds);
      onSleep?.();
    },
  };
  return createRdsSandboxHost({ rds: account.client, stackName, clock, creation, ...groups });
}

/** drills.yaml of one database; sections may be changed. */
export function configured(
  changes: {
    sandbox?: Partial<DatabaseConfig['sandbox']>;
    production?: Partial<DatabaseConfig['production']>;
  } = {},
): DatabaseConfig {
  const base = defaultDatabaseConfig({ folder: '.' } as unknown as DatabaseConfig['source']);
  return {
    ...base,
    sandbox: { ...base.sandbox, ...changes.sandbox },
    production: { ...base.production, ...changes.production },
  };
}

/** A drill's plan as "Plan sandbox" makes it. */
export function aPlan(changes: Partial<RdsSandboxPlan> = {}): RdsSandboxPlan {
  return {
    kind: 'rds',
    drillId,
    database: 'shop',
    majorVersion: 15,
    storageBytes: 12 * gibibyte,
    leaseExpiresAt,
    dumpBytes: gibibyte,
    mode: 'drill',
    ...changes,
    rds: changes.rds ?? {
      engineVersion: '15.17',
      placements: [
        { instanceClass: 'db.m7g.large', availabilityZone: 'eu-west-1a' },
        { instanceClass: 'db.m7g.large', availabilityZone: 'eu-west-1b' },
        { instanceClass: 'db.m6g.large', availabilityZone: null },
      ],
      storageGib: 20,
      parameterGroup: 'restore-drill-import-15',
      production: null,
      estimatedCostUsd: 0.1,
    },
  };
}
