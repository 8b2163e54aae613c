import { describe, expect, test } from 'vitest';
import { problemsOfLimits } from './request-limits.ts';

const arn = 'arn:aws:sns:eu-west-1:111122223333:restore-drill';
const bytes = (size: number) => 'x'.repeat(size);

/** service, command, the member in question, a good value, a bad value, what is said of the bad one. */
const cases: [string, string, string, unknown, unknown, RegExp][] = [
  [
    'RDS',
    'CreateDBInstance',
    'DBInstanceIdentifier',
    'restore-drill-a1',
    'restore--drill',
    /not a DB instance identifier/,
  ],
  ['RDS', 'CreateDBInstance', 'DBInstanceIdentifier', bytes(63), bytes(64), /64 characters/],
  ['RDS', 'DeleteDBInstance', 'DBInstanceIdentifier', 'a-b', 'a-', /not a DB instance identifier/],
  ['RDS', 'ModifyDBInstance', 'DBInstanceIdentifier', 'a1', '1a', /not a DB instance identifier/],
  ['RDS', 'CreateDBInstance', 'StorageType', 'gp3', 'gp4', /none of/],
  [
    'RDS',
    'CreateDBInstance',
    'EngineLifecycleSupport',
    'open-source-rds-extended-support-disabled',
    'disabled',
    /none of/,
  ],
  ['RDS', 'CreateDBInstance', 'MasterUsername', 'drill_master', 'a-b', /not a master user name/],
  ['RDS', 'CreateDBInstance', 'MasterUsername', bytes(16), bytes(17), /not a master user name/],
  ['RDS', 'CreateDBInstance', 'AllocatedStorage', 20, 19, /between 20/],
  ['RDS', 'CreateDBInstance', 'BackupRetentionPeriod', 0, 36, /between 0 and 35/],
  [
    'RDS',
    'CreateDBInstance',
    'Tags',
    [{ Key: 'a:b', Value: '2026-03-01T03:00:00Z' }],
    [{ Key: 'a', Value: 'b,c' }],
    /text that RDS takes/,
  ],
  [
    'RDS',
    'AddTagsToResource',
    'Tags',
    [{ Key: 'a', Value: '' }],
    [{ Key: 'aws:a', Value: '' }],
    /reserved prefix/,
  ],
  ['ECS', 'RunTask', 'clientToken', bytes(64), bytes(65), /65 characters/],
  ['ECS', 'RunTask', 'startedBy', bytes(128), bytes(129), /129 characters/],
  ['ECS', 'RunTask', 'overrides', { a: bytes(8000) }, { a: bytes(8192) }, /more than 8192/],
  ['ECS', 'RunTask', 'launchType', 'EC2', 'FARGATE_SPOT', /none of/],
  ['S3', 'PutObject', 'Metadata', { a: bytes(2000) }, { a: bytes(2048) }, /more than 2048/],
  ['S3', 'PutObject', 'Metadata', { a: 'b' }, { a: 'é' }, /not ASCII/],
  ['S3', 'PutObject', 'Key', bytes(1024), bytes(1025), /1025 bytes/],
  ['S3', 'GetObject', 'Range', 'bytes=0-9', 'bytes=0-9,20-29', /one range/],
  ['S3', 'GetObject', 'Bucket', 'acme-backups', 'Acme', /not a bucket name/],
  [
    'DynamoDB',
    'PutItem',
    'Item',
    { pk: { S: bytes(400 * 1024 - 2) } },
    { pk: { S: bytes(400 * 1024) } },
    /more than 400 KB/,
  ],
  [
    'DynamoDB',
    'PutItem',
    'Item',
    { a: { B: new Uint8Array(9) } },
    { a: { M: { b: { B: new Uint8Array(410_000) } } } },
    /more than 400 KB/,
  ],
  ['DynamoDB', 'PutItem', 'Item', { pk: { S: 'a' } }, { pk: { S: '' } }, /empty, but a key/],
  [
    'DynamoDB',
    'PutItem',
    'ConditionExpression',
    'attribute_not_exists(pk)',
    'drillId = :drillId',
    /lacks :drillId/,
  ],
  [
    'DynamoDB',
    'PutItem',
    'ConditionExpression',
    'attribute_exists(revision)',
    'attribute_exists(pk) AND size > pk',
    /reserved word/,
  ],
  ['DynamoDB', 'Query', 'Limit', 1, 0, /between 1/],
  ['SNS', 'Publish', 'Subject', bytes(99), bytes(100), /not below 100/],
  ['SNS', 'Publish', 'Subject', 'proven', 'two\nlines', /one line of ASCII/],
  ['SNS', 'Publish', 'Subject', 'proven', 'prøven', /one line of ASCII/],
  ['SNS', 'Publish', 'Message', bytes(200_000), bytes(262_145), /more than 262144/],
  [
    'SNS',
    'Publish',
    'MessageAttributes',
    { a: { DataType: 'String', StringValue: 'b' } },
    { a: { DataType: 'String', StringValue: '' } },
    /no value/,
  ],
  ['SFN', 'SendTaskSuccess', 'output', `"${bytes(262_142)}"`, `"${bytes(262_143)}"`, /more than 262144/],
  ['SFN', 'SendTaskSuccess', 'output', '{}', '{', /no JSON/],
  ['SFN', 'SendTaskSuccess', 'taskToken', bytes(2048), bytes(2049), /2049 characters/],
  ['SFN', 'SendTaskFailure', 'cause', bytes(32_768), bytes(32_769), /32769 characters/],
  ['SFN', 'SendTaskFailure', 'error', bytes(256), bytes(257), /257 characters/],
  ['SFN', 'StartExecution', 'name', 'drill_1-a', 'drill 1', /name of an execution/],
  [
    'SFN',
    'DescribeExecution',
    'executionArn',
    'arn:aws:states:eu-west-1:111122223333:execution:m:d',
    'd',
    /ARN of an execution/,
  ],
];

/** What a command needs beside the member in question. */
const surroundings: Record<string, object> = {
  DeleteDBInstance: { SkipFinalSnapshot: true },
  Publish: { TopicArn: arn },
};

describe('limits of AWS that no schema holds', () => {
  test.each(cases)('%s %s: %s', (service, command, member, good, bad, problem) => {
    const around = surroundings[command] ?? {};
    expect(problemsOfLimits(service, command, { ...around, [member]: good })).toEqual([]);
    const said = problemsOfLimits(service, command, { ...around, [member]: bad });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(problem);
    expect(said[0]).toMatch(new RegExp(`^${command}\\.`));
  });
});

describe('rules between members', () => {
  const refused = (service: string, command: string, input: Record<string, unknown>) =>
    problemsOfLimits(service, command, input);

  test('gp3 below 400 GiB takes no IOPS, from 400 GiB on it does', () => {
    const fast = { StorageType: 'gp3', Iops: 12_000, StorageThroughput: 500 };
    expect(refused('RDS', 'CreateDBInstance', { ...fast, AllocatedStorage: 399 })).toEqual([
      'CreateDBInstance.Iops: cannot be given for gp3 below 400 GiB',
    ]);
    expect(refused('RDS', 'CreateDBInstance', { ...fast, AllocatedStorage: 400 })).toEqual([]);
  });

  test('a managed password and one of our own exclude each other', () => {
    const own = { MasterUserPassword: 'long-enough' };
    expect(refused('RDS', 'CreateDBInstance', own)).toEqual([]);
    expect(refused('RDS', 'CreateDBInstance', { ...own, ManageMasterUserPassword: true })).toHaveLength(1);
  });

  test('an instance is deleted without a final snapshot, or with a named one', () => {
    expect(refused('RDS', 'DeleteDBInstance', {})).toEqual([
      'DeleteDBInstance.FinalDBSnapshotIdentifier: is required',
    ]);
    expect(refused('RDS', 'DeleteDBInstance', { FinalDBSnapshotIdentifier: 'last' })).toEqual([]);
  });

  test('a transaction names each item once', () => {
    const put = { Put: { TableName: 'ledger', Item: { pk: { S: 'a' }, sk: { S: 'b' } } } };
    expect(refused('DynamoDB', 'TransactWriteItems', { TransactItems: [put] })).toEqual([]);
    expect(refused('DynamoDB', 'TransactWriteItems', { TransactItems: [put, put] })).toEqual([
      'TransactWriteItems.TransactItems: one item stands in it twice',
    ]);
  });

  test('placeholders are given and used', () => {
    const input = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': {}, ':sk': {} } };
    expect(refused('DynamoDB', 'Query', input)).toEqual(['Query.ExpressionAttributeValues: :sk is not used']);
  });

  test('a message goes to one target', () => {
    expect(refused('SNS', 'Publish', { Message: 'm', TopicArn: arn })).toEqual([]);
    expect(refused('SNS', 'Publish', { Message: 'm' })).toEqual([
      'Publish.TopicArn: exactly one target is required',
    ]);
  });
});
