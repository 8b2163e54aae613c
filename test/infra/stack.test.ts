import { describe, expect, test } from 'vitest';
import { outputNames } from '../../lib/contract/outputs.ts';
import { sqlDoors, touch } from '../../lib/contract/touch.ts';
import { aConfig, defaultConfig, exampleConfig } from './support/configs.ts';
import { synthesize } from './support/synth.ts';
import { type LambdaFunction, namedResourcesOf, resourcesOf } from './support/template.ts';

// Both synthesize with the library's validation and cdk-nag as errors: that they return at all is the first test.
const one = synthesize(aConfig(defaultConfig));
const five = synthesize(exampleConfig());
const withKey = synthesize(aConfig(`aws: { customerKey: true }\n${defaultConfig}`));
const typesOf = ({ json }: typeof one) => new Set(Object.values(json.Resources).map(({ Type }) => Type));

describe('the template', () => {
  test('of five databases stays far below what CloudFormation takes', () => {
    expect(JSON.stringify(five.json).length).toBeLessThan(1_000_000);
    expect(Object.keys(five.json.Resources).length).toBeLessThan(500);
  });

  test('holds no custom resource and no function but the doors', () => {
    const foreign = [...typesOf(five)].filter((type) =>
      /^Custom::|CloudFormation::CustomResource/.test(type),
    );
    expect(foreign).toEqual([]);
  });

  test('gives every output of the contract', () => {
    const always = Object.values(outputNames).filter(
      (name) =>
        name !== outputNames.dashboardUrl &&
        name !== outputNames.evidenceKey &&
        name !== outputNames.signingKey,
    );
    expect(Object.keys(one.json.Outputs).toSorted()).toEqual(always.toSorted());
    expect(one.json.Outputs.Databases?.Value).toBe('["shop"]');
  });

  test('refuses, before anything is made, regions that drills.yaml does not allow', () => {
    expect(five.json.Rules?.AllowedRegions).toMatchObject({
      Assertions: [{ Assert: { 'Fn::Contains': [['eu-west-1'], { Ref: 'AWS::Region' }] } }],
    });
    expect(one.json.Rules?.AllowedRegions).toBeUndefined();
  });

  test('tags everything that it tags at all with the tags of drills.yaml, and so every task', () => {
    const tagged = synthesize(aConfig(`aws: { tags: { CostCenter: "4711" } }\n${defaultConfig}`));
    /** Tags are lists in most properties, and mappings in some. */
    const has = (tags: unknown, key: string): boolean => JSON.stringify(tags ?? null).includes(`"${key}"`);
    const resources = Object.entries(tagged.json.Resources).map(([id, { Properties = {} }]) => ({
      id,
      tags: Properties.Tags ?? Properties.HostedZoneTags,
    }));
    const ours = resources.filter(({ tags }) => has(tags, 'restore-drill:stack'));
    expect(ours.length).toBeGreaterThan(80);
    expect(ours.filter(({ tags }) => !has(tags, 'CostCenter')).map(({ id }) => id)).toEqual([]);
    const [machine] = resourcesOf<{ DefinitionString: string }>(
      tagged.json,
      'AWS::StepFunctions::StateMachine',
    );
    const runs = machine?.DefinitionString.match(/ecs:runTask\.\w+/g)?.length;
    expect(machine?.DefinitionString.match(/"PropagateTags":"TASK_DEFINITION"/g)?.length).toBe(runs);
  });

  test('is the same each time: no clock and no chance in it', () => {
    expect(synthesize(aConfig(defaultConfig)).json.Resources).toEqual(one.json.Resources);
  });
});

describe('the ledger', () => {
  // The runbook restores one that was deleted, which takes its recovery to a point in time: docs/facts.md#a-table-that-was-deleted
  test('is on demand, recoverable to a point in time, and outlives the stack', () => {
    one.template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAtEpoch', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    });
  });
});

describe('the evidence bucket', () => {
  test.each([
    ['with the keys of S3', one, 'AES256'],
    ['with a key of the customer', withKey, 'aws:kms'],
  ])(
    'is private, versioned, encrypted %s, and outlives the stack, but not a deployment that fails',
    (_, { template }, SSEAlgorithm) => {
      template.hasResource('AWS::S3::Bucket', {
        // docs/facts.md#what-a-roll-back-deletes
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          VersioningConfiguration: { Status: 'Enabled' },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm } }],
          },
        },
      });
    },
  );

  test('takes nothing without TLS', () => {
    const [policy] = resourcesOf<{ PolicyDocument: unknown }>(one.json, 'AWS::S3::BucketPolicy');
    expect(policy?.PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    });
  });
});

describe('notifications', () => {
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

  test('are under no key unless drills.yaml asks for one: the key of SNS would lose alarms silently', () => {
    one.template.resourceCountIs('AWS::KMS::Key', 0);
    const [topic] = resourcesOf<object>(one.json, 'AWS::SNS::Topic');
    expect(topic).not.toHaveProperty('KmsMasterKeyId');
  });

  test('can be encrypted by alarms of this account and by events: a key without that loses them silently', () => {
    const [key] = resourcesOf<{ KeyPolicy: { Statement: Record<string, unknown>[] } }>(
      withKey.json,
      'AWS::KMS::Key',
    );
    withKey.template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    // docs/facts.md#encrypted-topics
    expect(key?.KeyPolicy.Statement.find(({ Sid }) => Sid === 'PublishToEncryptedTopic')).toMatchObject({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: ofThisAccount,
    });
    // EventBridge sends no source account: a condition on it would drop its messages (docs/facts.md#encrypted-topics).
    const events = key?.KeyPolicy.Statement.find(({ Sid }) => Sid === 'PublishEventsToEncryptedTopic');
    expect(events).toMatchObject({ Principal: { Service: 'events.amazonaws.com' } });
    expect(events).not.toHaveProperty('Condition');
    withKey.template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: {} });
  });

  test('are taken from alarms of this account, the rule of failed executions and the roles of the stack, and from no other service', () => {
    const [policy] = resourcesOf<{ PolicyDocument: { Statement: Record<string, unknown>[] } }>(
      one.json,
      'AWS::SNS::TopicPolicy',
    );
    const allowing = policy?.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowing).toMatchObject([
      {
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: ofThisAccount,
      },
      { Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } },
    ]);
  });

  test('go to the address of drills.yaml, if it gives one', () => {
    one.template.resourceCountIs('AWS::SNS::Subscription', 0);
    five.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
    });
  });
});

describe('parameter groups for imports', () => {
  const groups = namedResourcesOf<{ Family: string; Parameters: Record<string, string> }>(
    one.json,
    'AWS::RDS::DBParameterGroup',
  );

  test('exist for every supported major', () => {
    expect(groups.map(([, { Family }]) => Family).toSorted()).toEqual([
      'postgres14',
      'postgres15',
      'postgres16',
      'postgres17',
      'postgres18',
    ]);
  });

  test('force TLS and set nothing that needs a reboot or may not be modifiable', () => {
    // docs/facts.md#parameters-to-leave-alone
    const forbidden = [
      'fsync',
      'full_page_writes',
      'wal_buffers',
      'shared_buffers',
      'shared_preload_libraries',
    ];
    for (const [id, { Parameters }] of groups) {
      expect(Parameters['rds.force_ssl'], id).toBe('1');
      expect(
        Object.keys(Parameters).filter((name) => forbidden.includes(name)),
        id,
      ).toEqual([]);
    }
  });
});

describe('schedules', () => {
  test('start the drills of each database, in their timezone and kind of sandbox, and give up within two hours', () => {
    const schedules = resourcesOf<{ Target: Record<string, unknown>; ScheduleExpressionTimezone: string }>(
      five.json,
      'AWS::Scheduler::Schedule',
    );
    const requests = schedules.map(({ Target }) => JSON.stringify(Target.Input).replaceAll('\\', ''));
    const drills = Object.entries(exampleConfig().databases).flatMap(([database, { schedules: all }]) =>
      all.map(({ sandbox }) => ({ database, sandbox: sandbox === null ? '' : `,"sandbox":"${sandbox}"` })),
    );
    expect(requests).toHaveLength(drills.length);
    for (const [index, { database, sandbox }] of drills.entries()) {
      // The name of the execution begins with the database: messages and the console show it.
      expect(requests[index]).toContain(`"Name":"${database}-<aws.scheduler.execution-id>"`);
      expect(requests[index]).toContain(`{"database":"${database}","operator":"schedule"${sandbox}}`);
    }
    for (const { Target, ScheduleExpressionTimezone } of schedules) {
      expect(ScheduleExpressionTimezone).toBe('Europe/London');
      expect(Target.DeadLetterConfig).toBeDefined();
      expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 });
    }
  });
});

describe('the guards', () => {
  test('hear of every execution that ends without success, past every Catch', () => {
    one.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
      },
    });
  });

  // What lies in the queue then: docs/facts.md#what-lies-in-a-dead-letter-queue
  test('run every hour, and what they could not do is kept', () => {
    const rules = resourcesOf<{ ScheduleExpression?: string; Targets: Record<string, unknown>[] }>(
      one.json,
      'AWS::Events::Rule',
    );
    expect(rules.flatMap(({ ScheduleExpression }) => ScheduleExpression ?? []).toSorted()).toEqual([
      'rate(1 hour)',
      'rate(1 hour)',
    ]);
    for (const { Targets } of rules) expect(Targets[0]?.DeadLetterConfig).toBeDefined();
    const configs = resourcesOf<{ DestinationConfig: unknown }>(one.json, 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(3);
    for (const { DestinationConfig } of configs) expect(DestinationConfig).toHaveProperty('OnFailure');
  });
});

describe('functions in subnets', () => {
  test('are touched every hour, so that no drill of a month finds them asleep', () => {
    const functions = namedResourcesOf<LambdaFunction>(one.json, 'AWS::Lambda::Function');
    const inSubnets = functions.filter(([, { VpcConfig }]) => VpcConfig !== undefined).map(([id]) => id);
    const rules = resourcesOf<{
      ScheduleExpression?: string;
      Targets: { Arn: { 'Fn::GetAtt': [string, string] }; Input?: string }[];
    }>(one.json, 'AWS::Events::Rule');
    const touched = rules
      .filter(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 hour)')
      .flatMap(({ Targets }) => Targets)
      .filter(({ Input }) => Input === JSON.stringify(touch));
    const invokers = resourcesOf<{ FunctionName: { 'Fn::GetAtt': [string, string] }; Principal: string }>(
      one.json,
      'AWS::Lambda::Permission',
    ).filter(({ Principal }) => Principal === 'events.amazonaws.com');

    expect(inSubnets).toHaveLength(sqlDoors.size);
    expect(touched.map(({ Arn }) => Arn['Fn::GetAtt'][0]).sort()).toEqual([...inSubnets].sort());
    for (const id of inSubnets)
      expect(invokers.map(({ FunctionName }) => FunctionName['Fn::GetAtt'][0])).toContain(id);
  });
});

describe('approvers', () => {
  test('of drills.yaml get exactly what the command needs', () => {
    const { json } = synthesize(
      aConfig(`aws: { approvers: ["arn:aws:iam::111122223333:role/team/on-call"] }\n${defaultConfig}`),
    );
    const [policy] = resourcesOf<{ Roles: string[]; PolicyDocument: { Statement: { Sid: string }[] } }>(
      json,
      'AWS::IAM::ManagedPolicy',
    ).filter(({ Roles }) => Roles?.includes('on-call'));
    expect(policy?.PolicyDocument.Statement.map(({ Sid }) => Sid)).toEqual([
      'AnswerApprovals',
      'ReadLedger',
      'AnswerStates',
      'LookAtTheRestore',
      'FindTheStack',
    ]);
  });
});
