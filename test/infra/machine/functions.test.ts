import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environmentNames } from '../../../lib/contract/environment.ts';
import { sqlDoors } from '../../../lib/contract/touch.ts';
import { doors, sealingDoors, stateTimeouts } from '../../../lib/infra/names/doors.ts';
import { drillMachine } from '../../../lib/machine/definition.ts';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import {
  actionsOf,
  type LambdaFunction,
  namedResourcesOf,
  type Policy,
  resourcesOf,
} from '../support/template.ts';

interface TrustStatement {
  Principal: { Service: string };
  Condition?: unknown;
}

const { json, template } = synthesize(aConfig(defaultConfig));
const functions = resourcesOf<LambdaFunction>(json, 'AWS::Lambda::Function');
const doorOf = ({ FunctionName }: LambdaFunction): string => FunctionName.replace('restore-drill-', '');
const byDoor = new Map(functions.map((one) => [doorOf(one), one]));
const policies = namedResourcesOf<Policy>(json, 'AWS::IAM::Policy');

describe('functions', () => {
  test('are the doors of lambdas/, each exactly once', () => {
    expect(functions.map(doorOf).toSorted()).toEqual([...doors].toSorted());
    expect(doors.filter((door) => !existsSync(`lambdas/${door}.ts`))).toEqual([]);
  });

  test('run Node 24 on ARM, traced, with a log group of their own that ends', () => {
    const groups = new Map(
      namedResourcesOf<{ RetentionInDays?: number; LogGroupName: string }>(json, 'AWS::Logs::LogGroup'),
    );
    for (const one of functions) {
      // Hourly guards are no part of a drill; a trace of each run would cost and tell nothing.
      const traced = /-(sweep|watch)$/.test(one.FunctionName)
        ? undefined
        : { 'Fn::If': ['Traced', 'Active', 'PassThrough'] };
      expect([one.Runtime, one.Architectures, one.TracingConfig?.Mode], one.FunctionName).toEqual([
        'nodejs24.x',
        ['arm64'],
        // All but China (docs/facts.md#where-functions-have-no-address).
        traced,
      ]);
      const group = groups.get(one.LoggingConfig.LogGroup.Ref);
      expect(group?.LogGroupName).toBe(`/aws/lambda/${one.FunctionName}`);
      expect(group?.RetentionInDays).toBeGreaterThan(0);
    }
  });

  test('may run as long as the machine waits for them', () => {
    const waits = stateTimeouts();
    expect(waits.size).toBeGreaterThan(15);
    for (const [door, seconds] of waits) {
      expect(byDoor.get(door)?.Timeout, door).toBeGreaterThanOrEqual(seconds);
    }
  });

  test('have a role each, and every role the denials for production', () => {
    const roles = functions.map(({ Role }) => Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(functions.length);
    for (const [id, { ManagedPolicyArns }] of namedResourcesOf<{ ManagedPolicyArns?: { Ref: string }[] }>(
      json,
      'AWS::IAM::Role',
    ).filter(([id]) => roles.includes(id))) {
      expect(
        ManagedPolicyArns?.map(({ Ref }) => Ref),
        id,
      ).toContainEqual(expect.stringMatching(/^NeverProduction/));
    }
  });

  test('are outside the network unless they speak SQL', () => {
    const inside = functions.filter(({ VpcConfig }) => VpcConfig !== undefined).map(doorOf);
    expect(inside.toSorted()).toEqual([...sqlDoors].toSorted());
  });

  test('are told everything the contract names, and where answers go unless they are asked for them', () => {
    const all = Object.entries(environmentNames).flatMap(([key, name]) =>
      key === 'caBundlePath' ? [] : [name],
    );
    for (const one of functions) {
      const door = doorOf(one);
      const expected = all.filter(
        (name) =>
          (name !== 'APPROVAL_URL' || door !== 'answer-approval') &&
          // Nothing is signed here.
          name !== 'SIGNING_KEY' &&
          // What seals no record need not change with every commit.
          (name !== 'RESTORE_DRILL_COMMIT' || sealingDoors.some((sealing) => sealing === door)),
      );
      expect(Object.keys(one.Environment.Variables).toSorted(), one.FunctionName).toEqual(
        expected.toSorted(),
      );
    }
  });
});

describe('the address of approvals', () => {
  test('is the only public one', () => {
    template.resourceCountIs('AWS::Lambda::Url', 1);
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    const open = resourcesOf<{ Principal: string; FunctionName: { 'Fn::GetAtt': string[] } }>(
      json,
      'AWS::Lambda::Permission',
    ).filter(({ Principal }) => Principal === '*');
    for (const { FunctionName } of open) expect(FunctionName['Fn::GetAtt'][0]).toContain('AnswerApproval');
  });

  test('reserves no invocations unless it is asked to: a new account could not be deployed to', () => {
    for (const one of functions) expect(one.ReservedConcurrentExecutions, doorOf(one)).toBeUndefined();
    const asked = synthesize(aConfig(defaultConfig), { approvalConcurrency: '2' });
    const reserved = resourcesOf<LambdaFunction>(asked.json, 'AWS::Lambda::Function')
      .filter(({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions !== undefined)
      .map((one) => [doorOf(one), one.ReservedConcurrentExecutions]);
    expect(reserved).toEqual([['answer-approval', 2]]);
    expect(() => synthesize(aConfig(defaultConfig), { approvalConcurrency: 'many' })).toThrow(
      'approvalConcurrency is "many"',
    );
  });

  test('is not there, nor the function behind it, where drills.yaml wants no links', () => {
    const closed = synthesize(aConfig(`aws: { approvalLinks: false }\n${defaultConfig}`));
    closed.template.resourceCountIs('AWS::Lambda::Url', 0);
    const left = resourcesOf<LambdaFunction>(closed.json, 'AWS::Lambda::Function');
    expect(left.map(doorOf)).not.toContain('answer-approval');
    expect(left.find((one) => doorOf(one) === 'ask-approval')?.Environment.Variables.APPROVAL_URL).toBe(
      'none',
    );
    expect(Object.keys(closed.json.Resources).filter((id) => /AnswerApproval/.test(id))).toEqual([]);
  });
});

describe('rights', () => {
  const statements = policies.flatMap(([id, { PolicyDocument }]) =>
    PolicyDocument.Statement.map((statement) => ({ id, statement })),
  );

  test('hold no wildcard for actions', () => {
    const wild = statements
      .filter(({ statement }) => statement.Effect === 'Allow')
      .flatMap(({ id, statement }) =>
        actionsOf(statement)
          .filter((action) => action.includes('*'))
          .map((action) => `${id}: ${action}`),
      );
    expect(wild).toEqual([]);
  });

  test('change instances only under a condition on our tags', () => {
    const changing = statements.filter(({ statement }) =>
      actionsOf(statement).some((action) => /^rds:(Create|Delete|Modify|AddTags|RemoveTags)/.test(action)),
    );
    expect(changing.length).toBeGreaterThan(5);
    const ofInstances = changing.filter(({ statement }) =>
      JSON.stringify(statement.Resource).includes(':db:'),
    );
    expect(ofInstances.length).toBeGreaterThan(5);
    for (const { id, statement } of ofInstances) {
      const conditions = Object.keys(statement.Condition?.StringEquals ?? {});
      expect(conditions, `${id} ${statement.Sid}`).toEqual([
        expect.stringMatching(/^aws:(Request|Resource)Tag\/restore-drill:stack$/),
      ]);
      expect(JSON.stringify(statement.Resource), id).not.toContain(':db:*');
    }
  });

  test('delete only what has a lease', () => {
    const deleting = statements.filter(({ statement }) =>
      actionsOf(statement).some((action) => action.startsWith('rds:Delete')),
    );
    for (const { id, statement } of deleting) {
      expect(statement.Condition?.Null, id).toMatchObject({
        'aws:ResourceTag/restore-drill:lease': 'false',
        'aws:ResourceTag/restore-drill:drill': 'false',
      });
    }
  });

  test('are given to services that act for this account, wherever a service says for whom it acts', () => {
    const trusted = resourcesOf<{ AssumeRolePolicyDocument: { Statement: TrustStatement[] } }>(
      json,
      'AWS::IAM::Role',
    ).flatMap(({ AssumeRolePolicyDocument }) => AssumeRolePolicyDocument.Statement);
    const of = (service: string) => trusted.filter(({ Principal }) => Principal.Service === service);
    for (const service of ['states', 'scheduler', 'ecs-tasks'].map((name) => `${name}.amazonaws.com`)) {
      expect(of(service).length, service).toBeGreaterThan(0);
      for (const { Condition } of of(service))
        expect(Condition, service).toEqual({
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        });
    }
    // Lambda and the flow logs say nothing of the kind when they take a role.
    const others = trusted.filter(({ Condition }) => Condition === undefined);
    expect([...new Set(others.map(({ Principal }) => Principal.Service))].toSorted()).toEqual([
      'lambda.amazonaws.com',
      'vpc-flow-logs.amazonaws.com',
    ]);
  });

  test('never write to a bucket of dumps', () => {
    const writing = statements.filter(({ statement }) =>
      actionsOf(statement).some((action) => /^s3:(Put|Delete)/.test(action)),
    );
    for (const { statement } of writing)
      expect(JSON.stringify(statement.Resource)).not.toContain('acme-backups');
  });

  test('deny production to every role, whatever else is granted', () => {
    const [guard] = resourcesOf<Policy>(json, 'AWS::IAM::ManagedPolicy');
    const denials = guard?.PolicyDocument.Statement ?? [];
    expect(denials.every(({ Effect }) => Effect === 'Deny')).toBe(true);
    expect(denials.map(({ Sid }) => Sid)).toEqual([
      'NoInstanceButOursByName',
      'NoGroups',
      'NoInstanceButOursByTag',
      'NoLeftoverButOursByTag',
      'NoVolumeButOursByTag',
      'NoClusters',
      'NoWritingToBackups',
    ]);
  });

  test('are, door by door, what was reviewed', async () => {
    const shared = namedResourcesOf<Policy>(json, 'AWS::IAM::ManagedPolicy');
    const table = [...policies, ...shared]
      .filter(
        ([id]) =>
          id.startsWith('Doors') ||
          id.startsWith('KeepInstances') ||
          id.startsWith('RestoreTask') ||
          id.startsWith('DrillRole'),
      )
      .map(([id, { PolicyDocument }]) => {
        const actions = PolicyDocument.Statement.flatMap(actionsOf).toSorted();
        return `${id.replace(/[0-9A-F]{8}$/, '')}\n${[...new Set(actions)].map((action) => `  ${action}\n`).join('')}`;
      })
      .toSorted();
    await expect(`${table.join('\n')}`).toMatchFileSnapshot('__snapshots__/rights.txt');
  });
});

describe('the machine', () => {
  const [machine] = resourcesOf<{
    DefinitionString: string;
    DefinitionSubstitutions: Record<string, unknown>;
    LoggingConfiguration: { IncludeExecutionData: boolean; Level: string };
    TracingConfiguration: { Enabled: boolean };
  }>(json, 'AWS::StepFunctions::StateMachine');

  test('is the very definition that a local run interprets', () => {
    const deployed = machine!.DefinitionString.replaceAll(/arn:\$\{Partition\}:/g, 'arn:aws:');
    expect(JSON.parse(deployed)).toEqual(JSON.parse(JSON.stringify(drillMachine())));
    expect(machine!.DefinitionSubstitutions.Partition).toEqual({ Ref: 'AWS::Partition' });
    expect(machine!.DefinitionString).not.toContain('arn:aws:');
  });

  test('has every placeholder filled', () => {
    const asked = [...machine!.DefinitionString.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]);
    expect(Object.keys(machine!.DefinitionSubstitutions).toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  test('is logged without payloads: a token in a log would let its reader answer an approval', () => {
    expect(machine?.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
    expect(machine?.TracingConfiguration).toEqual({ Enabled: true });
  });

  test('may run its own tasks only, and passes their roles to nothing but ECS', () => {
    const [, policy] = policies.find(([id]) => id.startsWith('DrillRole'))!;
    const by = (action: string) =>
      policy.PolicyDocument.Statement.find((statement) => actionsOf(statement).includes(action));
    expect(JSON.stringify(by('ecs:RunTask')?.Resource)).not.toContain('task-definition/*');
    expect(by('iam:PassRole')?.Condition).toEqual({
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
    expect(JSON.stringify(by('iam:PassRole')?.Resource)).not.toContain('"*"');
  });
});
