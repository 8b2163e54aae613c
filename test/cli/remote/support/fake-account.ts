import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { createDynamoLedger } from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import type { AccountSurroundings } from '../../../../lib/cli/remote/account.ts';
import type { AccountClients } from '../../../../lib/cli/remote/clients.ts';
import { namingTheCall } from '../../../../lib/cli/remote/failed-call.ts';
import { outputNames } from '../../../../lib/contract/outputs.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';
import { awsError, type RecordedCall, scripted } from '../../../support/aws/scripted-client.ts';
import { FakeTable } from './fake-table.ts';

// The SDK's advice on Node versions, once for each worker.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

type Answer = (input: Record<string, unknown>) => unknown;

export const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:restore-drill';
export const operatorArn = 'arn:aws:sts::123456789012:assumed-role/on-call/ada';

/** Outputs of a healthy stack. */
export const outputs: Omit<Record<keyof typeof outputNames, string>, 'dashboardUrl'> = {
  stateMachineArn,
  ledgerTable: 'restore-drill-ledger',
  evidenceBucket: 'restore-drill-evidence-123456789012',
  topicArn: 'arn:aws:sns:eu-west-1:123456789012:restore-drill',
  restoreCluster: 'restore-drill',
  sweepFunction: 'restore-drill-sweep',
  evidenceKey: 'arn:aws:kms:eu-west-1:123456789012:key/evidence',
  signingKey: 'arn:aws:kms:eu-west-1:123456789012:key/signing',
  approverPolicy: 'restore-drill-approver',
  version: '0.1.0',
  databases: '["shop","billing"]',
};

export function aStack(overrides: { outputs?: Partial<typeof outputs>; status?: string } = {}): object {
  const given = { ...outputs, ...overrides.outputs };
  return {
    StackName: 'restore-drill',
    StackStatus: overrides.status ?? 'UPDATE_COMPLETE',
    CreationTime: new Date('2026-11-01T00:00:00Z'),
    LastUpdatedTime: new Date('2026-11-20T09:00:00Z'),
    Outputs: Object.entries(given).map(([key, OutputValue]) => ({
      OutputKey: outputNames[key as keyof typeof outputNames],
      OutputValue,
    })),
  };
}

/**
 * An account with one deployed stack. What a test does not script is refused, so that no command calls what nobody
 * thought of.
 */
export class FakeAccount {
  readonly calls: RecordedCall[] = [];
  readonly table = new FakeTable();
  /** Sleeps of the commands only move this clock. */
  now = new Date('2026-11-21T03:30:00.000Z');
  readonly clock: Clock = {
    now: () => this.now,
    sleep: async (seconds) => {
      this.now = new Date(this.now.getTime() + seconds * 1000);
      await this.onSleep();
    },
  };
  /** Runs at every sleep of a command, e.g. to let an execution go on. */
  onSleep: () => void | Promise<void> = () => {};
  readonly answers: Record<string, Answer> = {
    'CloudFormation.DescribeStacks': () => ({ Stacks: [aStack()] }),
    'STS.GetCallerIdentity': () => ({ Arn: operatorArn }),
  };

  /** Scripts calls: `'SFN.StartExecution': (input) => output`. */
  on(answers: Record<string, Answer>): this {
    Object.assign(this.answers, answers);
    return this;
  }

  /** An execution whose history is these events; more may be added while it is watched. */
  withExecution(drillId: string, events: HistoryEvent[], status = 'RUNNING'): this {
    const executionArn = `${stateMachineArn.replace('stateMachine', 'execution')}:${drillId}`;
    const execution = {
      executionArn,
      stateMachineArn,
      name: drillId,
      status,
      startDate: new Date('2026-11-21T03:00:00Z'),
    };
    return this.on({
      'SFN.ListExecutions': () => ({ executions: [execution] }),
      'SFN.DescribeExecution': (input) => {
        if (input.executionArn !== executionArn) throw awsError('ExecutionDoesNotExist');
        return { ...execution, input: JSON.stringify({ database: 'shop', operator: 'schedule' }) };
      },
      'SFN.GetExecutionHistory': ({ maxResults, reverseOrder, nextToken }) => {
        const from = Number(nextToken ?? 0);
        const ordered = reverseOrder === true ? events.toReversed() : events;
        const page = ordered.slice(from, from + Number(maxResults));
        return from + page.length < ordered.length
          ? { events: page, nextToken: String(from + page.length) }
          : { events: page };
      },
    });
  }

  async withRecord(...records: DrillRecord[]): Promise<this> {
    const client = await this.clients.dynamoDb();
    const tableName = outputs.ledgerTable;
    const ledger = createDynamoLedger({
      client,
      tableName,
      clock: this.clock,
      databases: ['shop', 'billing'],
    });
    for (const record of records) await ledger.seal(record);
    // Of drills that nobody sealed anything else of.
    this.on({
      'S3.GetObject': () => {
        throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
      },
    });
    this.calls.length = 0;
    return this;
  }

  /** What was sent to one operation, e.g. `SFN.StartExecution`. */
  sent(operation: string): Record<string, unknown>[] {
    return this.calls
      .filter(({ service, command }) => `${service}.${command}` === operation)
      .map(({ input }) => input);
  }

  get surroundings(): AccountSurroundings {
    return { clients: this.clients, clock: this.clock };
  }

  readonly clients: AccountClients = {
    failed: [],
    cloudFormation: async () => this.#scripted(new CloudFormationClient(settings)),
    cloudWatch: async () => this.#scripted(new CloudWatchClient(settings)),
    dynamoDb: async () => this.#scripted(new DynamoDBClient(settings)),
    ec2: async () => this.#scripted(new EC2Client(settings)),
    ecs: async () => this.#scripted(new ECSClient(settings)),
    kms: async () => this.#scripted(new KMSClient(settings)),
    lambda: async () => this.#scripted(new LambdaClient(settings)),
    rds: async () => this.#scripted(new RDSClient(settings)),
    serviceQuotas: async () => this.#scripted(new ServiceQuotasClient(settings)),
    s3: async () => this.#scripted(new S3Client(settings)),
    secretsManager: async () => this.#scripted(new SecretsManagerClient(settings)),
    sns: async () => this.#scripted(new SNSClient(settings)),
    ssm: async () => this.#scripted(new SSMClient(settings)),
    states: async () => this.#scripted(new SFNClient(settings)),
    sts: async () => this.#scripted(new STSClient(settings)),
  };

  #scripted<Client extends Parameters<typeof scripted>[0]>(client: Client): Client {
    const service = client.constructor.name.replace(/Client$/, '');
    const respond = (command: string, input: Record<string, unknown>): unknown => {
      const answer = this.answers[`${service}.${command}`];
      if (answer !== undefined) return answer(input);
      if (service === 'DynamoDB') return this.table.respond(command, input);
      throw new Error(`nobody expected ${service}.${command}`);
    };
    return scripted(namingTheCall(client, this.clients.failed), respond, this.calls);
  }
}

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
