import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type AttributeValue, DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import type { StackOutputs } from './deployment.ts';
import { credentials, region } from './emulator.ts';

/** What is left in the account of a drill: must be nothing. */
export interface Leftovers {
  instances: string[];
  runningTasks: string[];
  secrets: string[];
  volumes: string[];
}

/** The emulated account, as an operator sees it. */
export class Account {
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly dynamo: DynamoDBClient;
  readonly rds: RDSClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly secrets: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly port: number;
  readonly #endpoint: string;
  outputs: StackOutputs = {};

  constructor(port: number) {
    this.port = port;
    this.#endpoint = `http://127.0.0.1:${port}`;
    const common = {
      region,
      endpoint: this.#endpoint,
      credentials: {
        accessKeyId: credentials.AWS_ACCESS_KEY_ID,
        secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      },
    };
    this.s3 = new S3Client({ ...common, forcePathStyle: true });
    this.sfn = new SFNClient(common);
    this.dynamo = new DynamoDBClient(common);
    this.rds = new RDSClient(common);
    this.ec2 = new EC2Client(common);
    this.ecs = new ECSClient(common);
    this.secrets = new SecretsManagerClient(common);
    this.ssm = new SSMClient(common);
  }

  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  }

  async putDump(bucket: string, key: string, body: Buffer): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  /** Starts a drill as the console does: any JSON text. */
  async start(input: unknown, name?: string): Promise<string> {
    const { executionArn = '' } = await this.sfn.send(
      new StartExecutionCommand({
        stateMachineArn: this.output('StateMachineArn'),
        input: JSON.stringify(input),
        ...(name === undefined ? {} : { name }),
      }),
    );
    return executionArn;
  }

  /** Waits until it ended. */
  async ended(executionArn: string, seconds = 150): Promise<DescribeExecutionOutput> {
    return until(seconds, `the end of ${executionArn}`, async () => {
      const execution = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === 'RUNNING' ? null : execution;
    });
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(
        new GetExecutionHistoryCommand({ executionArn, ...(nextToken === undefined ? {} : { nextToken }) }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return events;
  }

  /** States in the order they were entered. */
  async states(executionArn: string): Promise<string[]> {
    const events = await this.history(executionArn);
    return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
  }

  /** Waits until a state was entered. */
  async reached(executionArn: string, state: string, seconds = 90): Promise<void> {
    await until(seconds, `state "${state}"`, async () =>
      (await this.states(executionArn)).includes(state) ? true : null,
    );
  }

  async item(pk: string, sk: string): Promise<Record<string, AttributeValue> | null> {
    const { Item } = await this.dynamo.send(
      new GetItemCommand({
        TableName: this.output('LedgerTable'),
        Key: { pk: { S: pk }, sk: { S: sk } },
        ConsistentRead: true,
      }),
    );
    return Item ?? null;
  }

  /** Sealed records of a database, newest first, read from the table as they lie there. */
  async records(database: string): Promise<DrillRecord[]> {
    const { Items = [] } = await this.dynamo.send(
      new QueryCommand({
        TableName: this.output('LedgerTable'),
        KeyConditionExpression: 'pk = :pk and begins_with(sk, :drill)',
        ExpressionAttributeValues: { ':pk': { S: `database#${database}` }, ':drill': { S: 'drill#' } },
        ScanIndexForward: false,
      }),
    );
    return Items.map(
      ({ record }) => JSON.parse(gunzipSync(record?.B ?? Buffer.alloc(0)).toString()) as DrillRecord,
    );
  }

  async evidenceNames(drillId: string): Promise<string[]> {
    const prefix = `drills/${drillId}/`;
    const { Contents = [] } = await this.s3.send(
      new ListObjectsV2Command({ Bucket: this.output('EvidenceBucket'), Prefix: prefix }),
    );
    return Contents.map(({ Key = '' }) => Key.slice(prefix.length));
  }

  async evidence(drillId: string, name: string): Promise<string> {
    const { Body } = await this.s3.send(
      new GetObjectCommand({ Bucket: this.output('EvidenceBucket'), Key: `drills/${drillId}/${name}` }),
    );
    return (await Body?.transformToString()) ?? '';
  }

  /** Invokes a function and waits. @throws Error when it failed */
  async invoke(functionName: string, event: object): Promise<unknown> {
    const answer = await fetch(`${this.#endpoint}/2015-03-31/functions/${functionName}/invocations`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/lambda/aws4_request, Signature=0`,
      },
      body: JSON.stringify(event),
    });
    const text = await answer.text();
    if (!answer.ok || answer.headers.has('x-amz-function-error')) throw new Error(`${functionName}: ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  /** Lines of a function's log that hold a text. */
  async logLines(logGroupName: string, text: string): Promise<string[]> {
    const { events = [] } = await this.#logs<{ events?: { message: string }[] }>('FilterLogEvents', {
      logGroupName,
      limit: 10_000,
    });
    return events.flatMap(({ message }) => message.split('\n')).filter((line) => line.includes(text));
  }

  async logGroups(): Promise<string[]> {
    const { logGroups = [] } = await this.#logs<{ logGroups?: { logGroupName: string }[] }>(
      'DescribeLogGroups',
      {},
    );
    return logGroups.map(({ logGroupName }) => logGroupName);
  }

  /** CloudWatch Logs without its client: nothing of the product reads logs. */
  async #logs<T>(action: string, input: object): Promise<T> {
    const answer = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Logs_20140328.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/logs/aws4_request, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    return (await answer.json()) as T;
  }

  async leftovers(): Promise<Leftovers> {
    const { DBInstances = [] } = await this.rds.send(new DescribeDBInstancesCommand({}));
    const { taskArns = [] } = await this.ecs.send(
      new ListTasksCommand({ cluster: this.output('RestoreCluster'), desiredStatus: 'RUNNING' }),
    );
    const { SecretList = [] } = await this.secrets.send(new ListSecretsCommand({}));
    const { Volumes = [] } = await this.ec2.send(new DescribeVolumesCommand({}));
    return {
      instances: DBInstances.map(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier),
      runningTasks: taskArns,
      secrets: SecretList.map(({ Name = '' }) => Name).filter((name) => name.startsWith('rds!')),
      volumes: Volumes.map(({ VolumeId = '' }) => VolumeId),
    };
  }
}

/** Asks again and again until there is an answer. @throws Error after `seconds` */
export async function until<T>(seconds: number, what: string, ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(200);
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}
