import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
} from '@aws-sdk/client-rds';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { isAccessDenied } from '../../adapters/aws/aws-errors.ts';
import { databasePartition, lockKey } from '../../adapters/ledgers/dynamodb/ledger-items.ts';
import { evidencePrefix } from '../../contract/names.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { describeExecution, newestExecution } from '../remote/executions.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/** A right that a command needs, and a call that uses it without changing anything. */
interface Probe {
  action: string;
  /** Commands that need it. */
  commands: string;
  call(account: Account): Promise<unknown>;
}

/** A name that no drill has: the answer "not there" shows the right just as well. */
const nobody = 'doctor';

const probes: Probe[] = [
  {
    action: 'states:ListExecutions',
    commands: 'watch',
    call: async ({ clients, stack: { stateMachineArn } }) =>
      (await clients.states()).send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 })),
  },
  {
    action: 'states:GetExecutionHistory',
    commands: 'watch, approve',
    call: async ({ clients, stack }) => {
      const states = await clients.states();
      const newest = await newestExecution(states, stack.stateMachineArn);
      if (newest === null) return null;
      return states.send(
        new GetExecutionHistoryCommand({ executionArn: newest.arn, maxResults: 1, reverseOrder: true }),
      );
    },
  },
  {
    action: 'dynamodb:GetItem',
    commands: 'start, watch, approve, show',
    call: async ({ clients, stack: { ledgerTable } }) => {
      const { pk, sk } = lockKey(nobody);
      const Key = { pk: { S: pk }, sk: { S: sk } };
      return (await clients.dynamoDb()).send(new GetItemCommand({ TableName: ledgerTable, Key }));
    },
  },
  {
    action: 'dynamodb:Query',
    commands: 'history',
    call: async ({ clients, stack: { ledgerTable } }) =>
      (await clients.dynamoDb()).send(
        new QueryCommand({
          TableName: ledgerTable,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: databasePartition(nobody) } },
          Limit: 1,
        }),
      ),
  },
  {
    action: 's3:GetObject',
    commands: 'watch',
    // Without s3:ListBucket the answer is 403 (docs/facts.md#an-object-that-is-not-there): then neither is proven.
    call: async ({ clients, stack: { evidenceBucket } }) =>
      (await clients.s3())
        .send(new GetObjectCommand({ Bucket: evidenceBucket, Key: `${evidencePrefix}${nobody}/nothing` }))
        .catch((error: unknown) => {
          if (!(error instanceof Error && error.name === 'NoSuchKey')) throw error;
        }),
  },
  {
    action: 'states:DescribeExecution',
    commands: 'start, watch, sweep',
    call: async ({ clients, stack: { stateMachineArn } }) =>
      describeExecution(await clients.states(), stateMachineArn, nobody).catch((error: unknown) => {
        if (!(isDrillError(error) && error.code === 'REQUEST_INVALID')) throw error;
      }),
  },
  {
    action: 'rds:DescribeDBInstances',
    commands: 'sweep',
    call: async ({ clients }) =>
      (await clients.rds()).send(new DescribeDBInstancesCommand({ MaxRecords: 20 })),
  },
  {
    action: 'rds:DescribeDBSnapshots',
    commands: 'sweep',
    call: async ({ clients }) =>
      (await clients.rds()).send(new DescribeDBSnapshotsCommand({ MaxRecords: 20 })),
  },
  {
    action: 'rds:DescribeDBParameterGroups',
    commands: 'sweep',
    call: async ({ clients }) =>
      (await clients.rds()).send(new DescribeDBParameterGroupsCommand({ MaxRecords: 20 })),
  },
  {
    action: 'ecs:ListTasks',
    commands: 'sweep',
    call: async ({ clients, stack: { restoreCluster } }) =>
      (await clients.ecs()).send(new ListTasksCommand({ cluster: restoreCluster, maxResults: 1 })),
  },
  {
    action: 'ec2:DescribeVolumes',
    commands: 'sweep',
    call: async ({ clients }) => (await clients.ec2()).send(new DescribeVolumesCommand({ MaxResults: 5 })),
  },
  {
    action: 'cloudwatch:DescribeAlarms',
    commands: 'doctor',
    call: async ({ clients }) =>
      (await clients.cloudWatch()).send(new DescribeAlarmsCommand({ MaxRecords: 1 })),
  },
];

/** Rights whose use would start a drill, answer for somebody, or delete something. */
const untried: [actions: string, commands: string][] = [
  ['states:StartExecution', 'start'],
  ['dynamodb:UpdateItem, states:SendTaskSuccess', 'approve'],
  ['rds:DeleteDBInstance, ecs:StopTask, ec2:DeleteVolume', 'sweep --yes'],
];

/** Which calls of the commands these credentials may make, tried one by one. */
export async function diagnosePermissions(account: Account): Promise<Diagnosis[]> {
  const tried = await Promise.all(probes.map((probe) => tryOne(probe, account)));
  return [
    ...tried.flat(),
    ...untried.map(([actions, commands]): Diagnosis => {
      const detail = `for ${commands}; not tried, because it would change something`;
      return { what: `right ${actions}`, state: 'untested', detail };
    }),
  ];
}

function tryOne({ action, commands, call }: Probe, account: Account): Promise<Diagnosis[]> {
  const what = `right ${action}`;
  return diagnose(
    what,
    async () => {
      try {
        await call(account);
        return ok(what, `for ${commands}`);
      } catch (error) {
        if (!isAccessDenied(error)) throw error;
        return problem(what, `denied; ${commands} cannot work without it`);
      }
    },
    (error) => accountError(error, account.clients.failed),
  );
}
