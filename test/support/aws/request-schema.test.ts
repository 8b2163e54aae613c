import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { CreateDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { problemsOfRequest } from './request-schema.ts';
import { awsError, type RecordedCall, scripted } from './scripted-client.ts';

const region = { region: 'eu-west-1' };
const anInstance = {
  DBInstanceIdentifier: 'restore-drill-a',
  DBInstanceClass: 'db.m7g.large',
  Engine: 'postgres',
};
/** Requests as plain JavaScript would send them: the compiler refuses most of what is tested here. */
const loosely = (input: object) => input as never;
const createProblems = (input: object) =>
  problemsOfRequest(new CreateDBInstanceCommand(loosely(input)).schema, input);
const schemaOf = (command: object): unknown => (command as { schema?: unknown }).schema;

describe('the schemas inside the SDK', () => {
  const resolved = (schema: unknown): unknown => (typeof schema === 'function' ? schema() : schema);

  test('still have the layout that the checks read', () => {
    const operation = schemaOf(new CreateDBInstanceCommand(anInstance)) as unknown[];
    expect(operation.slice(0, 4)).toEqual([9, 'com.amazonaws.rds', 'CreateDBInstance', 0]);
    const input = resolved(operation[4]) as unknown[];
    expect([input[0], input[1], input[2], input.length]).toEqual([
      3,
      'com.amazonaws.rds',
      'CreateDBInstanceMessage',
      7,
    ]);
    const [members, schemas, required] = [input[4], input[5], input[6]] as [string[], unknown[], number];
    expect(members.slice(0, required)).toEqual(['DBInstanceIdentifier', 'DBInstanceClass', 'Engine']);
    expect(schemas).toHaveLength(members.length);
    // A string, a number, a boolean, a list of strings.
    expect(
      ['Engine', 'AllocatedStorage', 'MultiAZ', 'EnableCloudwatchLogsExports'].map(
        (name) => schemas[members.indexOf(name)],
      ),
    ).toEqual([0, 1, 2, 64]);
    const tags = resolved((schemas[members.indexOf('Tags')] as unknown[])[0] ?? 0) as unknown[];
    expect([tags[0], tags[2]]).toEqual([1, 'TagList']);
  });

  test.each([
    ['DynamoDB', new PutItemCommand({ TableName: 't', Item: {} }), ['TableName', 'Item']],
    ['ECS', new RunTaskCommand({ taskDefinition: 't' }), ['taskDefinition']],
    ['S3', new PutObjectCommand({ Bucket: 'b', Key: 'k' }), ['Bucket', 'Key']],
    ['SFN', new SendTaskSuccessCommand({ taskToken: 't', output: '{}' }), ['taskToken', 'output']],
    ['SNS', new PublishCommand({ Message: 'm' }), ['Message']],
    ['SSM', new GetParameterCommand({ Name: 'n' }), ['Name']],
    ['Secrets Manager', new GetSecretValueCommand({ SecretId: 's' }), ['SecretId']],
  ])('of %s name the members that AWS requires', (_service, command, required) => {
    const operation = schemaOf(command) as unknown[];
    const input = resolved(operation[4]) as unknown[];
    expect((input[4] as string[]).slice(0, input[6] as number)).toEqual(required);
  });

  test('that are of another kind are refused loudly', () => {
    expect(() => problemsOfRequest(undefined, {})).toThrow('no operation schema');
    expect(() => problemsOfRequest([9, 'ns', 'Op', 0, [7, 'ns', 'New', 0, 0], 'unit'], {})).toThrow(
      'unknown kind 7',
    );
  });
});

describe('a request', () => {
  test('that is whole passes, nested structures and lists included', () => {
    const tags = [{ Key: 'restore-drill:stack', Value: 'restore-drill' }];
    expect(createProblems({ ...anInstance, AllocatedStorage: 400, MultiAZ: false, Tags: tags })).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['with a member that AWS does not know', { DbName: 'x' }, 'CreateDBInstance: has no member DbName'],
    ['with a number for a string', { Engine: 15 }, 'CreateDBInstance.Engine: is a number, not a string'],
    [
      'with a string for a number',
      { AllocatedStorage: '20' },
      'CreateDBInstance.AllocatedStorage: is a string, not a finite number',
    ],
    [
      'with no number at all',
      { AllocatedStorage: Number.NaN },
      'CreateDBInstance.AllocatedStorage: is NaN, not a finite number',
    ],
    [
      'with a string for a boolean',
      { MultiAZ: 'no' },
      'CreateDBInstance.MultiAZ: is a string, not a boolean',
    ],
    ['with null', { KmsKeyId: null }, 'CreateDBInstance.KmsKeyId: is null'],
    ['with a list that is none', { Tags: {} }, 'CreateDBInstance.Tags: is a object, not a list'],
    [
      'with a wrong member deep inside',
      { Tags: [{ Key: 'a', Value: 'b' }, { key: 'c' }] },
      'CreateDBInstance.Tags[1]: has no member key',
    ],
    [
      'with a wrong type deep inside',
      { VpcSecurityGroupIds: ['sg-1', 2] },
      'CreateDBInstance.VpcSecurityGroupIds[1]: is a number, not a string',
    ],
  ])('%s is refused', (_what, wrong, problem) => {
    expect(createProblems({ ...anInstance, ...wrong })).toEqual([problem]);
  });

  test('without a required member is refused, also deep inside', () => {
    expect(createProblems({ Engine: 'postgres', DBInstanceClass: undefined })).toEqual([
      'CreateDBInstance: lacks the required member DBInstanceIdentifier',
      'CreateDBInstance: lacks the required member DBInstanceClass',
    ]);
    const input = { TransactItems: [{ Put: { TableName: 'ledger' } }] };
    expect(problemsOfRequest(schemaOf(new TransactWriteItemsCommand(loosely(input))), input)).toEqual([
      'TransactWriteItems.TransactItems[0].Put: lacks the required member Item',
    ]);
  });

  test('may leave out a token that the SDK fills in', () => {
    expect(
      problemsOfRequest(schemaOf(new RunTaskCommand({ taskDefinition: 'restore' })), { taskDefinition: 'r' }),
    ).toEqual([]);
  });

  test('with an attribute of two types, of none, or as a bare value is refused', () => {
    const input = { TableName: 'ledger', Item: { pk: { S: 'a', N: '1' }, sk: {}, extra: 'text' } };
    expect(problemsOfRequest(schemaOf(new PutItemCommand(loosely(input))), input)).toEqual([
      'PutItem.Item.pk: needs exactly one member, has 2',
      'PutItem.Item.sk: needs exactly one member, has 0',
      'PutItem.Item.extra: is a string, not a structure',
      'PutItem.Item.extra: needs exactly one member, has 0',
    ]);
  });

  test('for an object without a key is refused, because it would address the bucket', () => {
    const input = { Bucket: 'evidence', Key: '' };
    expect(problemsOfRequest(schemaOf(new GetObjectCommand(input)), input)).toEqual([
      'GetObject.Key: is empty',
    ]);
  });

  test('takes bytes, text and streams for a body, and nothing else', () => {
    const of = (Body: unknown) => {
      const input = { Bucket: 'evidence', Key: 'k', Body };
      return problemsOfRequest(schemaOf(new PutObjectCommand(loosely(input))), input);
    };
    expect([of('text'), of(new Uint8Array(1))]).toEqual([[], []]);
    expect(of({ a: 1 })).toEqual(['PutObject.Body: is a object, not bytes or a stream']);
  });
});

describe('a scripted client', () => {
  test('records a request that AWS would take and gives the scripted answer', async () => {
    const calls: RecordedCall[] = [];
    const client = scripted(
      new RDSClient(region),
      () => ({ DBInstances: [{ DBInstanceStatus: 'available' }] }),
      calls,
    );
    const { DBInstances } = await client.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'restore-drill-a' }),
    );
    expect(DBInstances?.[0]?.DBInstanceStatus).toBe('available');
    expect(calls).toEqual([
      { service: 'RDS', command: 'DescribeDBInstances', input: { DBInstanceIdentifier: 'restore-drill-a' } },
    ]);
  });

  test('refuses what AWS would refuse, names every problem, and neither records nor answers it', async () => {
    const calls: RecordedCall[] = [];
    let answered = false;
    const client = scripted(
      new RDSClient(region),
      () => {
        answered = true;
        return {};
      },
      calls,
    );
    const sent = client.send(
      new CreateDBInstanceCommand(loosely({ Engine: 'postgres', DBInstanceClass: 'large', Foo: 1 })),
    );
    await expect(sent).rejects.toThrow(
      /AWS would refuse this RDS CreateDBInstance request:\n {2}CreateDBInstance: lacks the required member DBInstanceIdentifier\n {2}CreateDBInstance: has no member Foo\n {2}CreateDBInstance.DBInstanceClass: "large" is not an instance class/,
    );
    expect([calls, answered]).toEqual([[], false]);
  });

  test('throws the errors of the script as the SDK would', async () => {
    const client = scripted(new S3Client(region), () => {
      throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
    });
    await expect(client.send(new GetObjectCommand({ Bucket: 'evidence', Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('refuses to go on with an SDK that no longer says what a command takes', async () => {
    const client = scripted(new DynamoDBClient(region), () => ({}));
    const command = new PutItemCommand({ TableName: 'ledger', Item: {} });
    Object.assign(command, { schema: undefined });
    await expect(client.send(command)).rejects.toThrow('the SDK no longer says what DynamoDB.PutItem takes');
  });
});
