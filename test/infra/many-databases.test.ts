import { describe, expect, test } from 'vitest';
import { furtherOutput, outputNames } from '../../lib/contract/outputs.ts';
import { policyCharacters } from '../../lib/infra/limits/policy-size.ts';
import { limitProblems } from '../../lib/infra/limits/stack-limits.ts';
import { aConfig } from './support/configs.ts';
import { manyDatabases } from './support/many-databases.ts';
import { synthesizeFiles } from './support/synth.ts';
import { namedResourcesOf } from './support/template.ts';

const files = synthesizeFiles(aConfig(manyDatabases(200, 60)));
const { text, json } = files.stack;

describe('200 databases with hooks in 60 buckets', () => {
  test('are a template with room to spare, without indentation', () => {
    expect(Object.keys(json.Resources).length).toBeLessThanOrEqual(420);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(700_000);
    expect(text).not.toContain('\n ');
    for (const nested of files.nested) {
      expect(Object.keys(nested.json.Resources).length).toBeLessThanOrEqual(420);
      expect(Buffer.byteLength(nested.text)).toBeLessThanOrEqual(700_000);
      expect(nested.text).not.toContain('\n ');
    }
  });

  test('have all their 400 hooks, and the machine may run each', () => {
    const definitions = files.nested.flatMap(({ json: nested }) =>
      namedResourcesOf<{ Family: string }>(nested, 'AWS::ECS::TaskDefinition').map(
        ([, { Family }]) => Family,
      ),
    );
    expect(definitions).toHaveLength(400);
    expect(definitions).toContain('restore-drill-hook-database-199-smoke-test');
    for (const family of definitions) expect(family).toMatch(/^restore-drill-hook-/);
    expect(text).toContain(':task-definition/restore-drill-hook-*');
  });

  test('have policies of at most 4,500 characters, nine to a role at most', () => {
    for (const type of ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy']) {
      for (const [id, { PolicyDocument }] of namedResourcesOf<{ PolicyDocument: unknown }>(json, type))
        expect(policyCharacters(PolicyDocument), id).toBeLessThanOrEqual(4500);
    }
    for (const [id, { ManagedPolicyArns = [] }] of namedResourcesOf<{ ManagedPolicyArns?: unknown[] }>(
      json,
      'AWS::IAM::Role',
    ))
      expect(ManagedPolicyArns.length, id).toBeLessThanOrEqual(9);
  });

  test('have environments of at most 3 KB', () => {
    const functions = namedResourcesOf<{ Environment: { Variables: object } }>(json, 'AWS::Lambda::Function');
    for (const [id, { Environment }] of functions)
      expect(policyCharacters(Environment.Variables), id).toBeLessThanOrEqual(3 * 1024);
  });

  test('are all named in outputs of at most 1,000 characters', () => {
    const outputs = [
      outputNames.databases,
      ...[2, 3, 4, 5].map((n) => furtherOutput(outputNames.databases, n)),
    ];
    const texts = outputs.flatMap((name) =>
      json.Outputs[name] === undefined ? [] : [String(json.Outputs[name].Value)],
    );
    for (const value of texts) expect(value.length).toBeLessThanOrEqual(1000);
    expect(texts.flatMap((value) => JSON.parse(value) as string[])).toHaveLength(200);
  });

  test('of one cron moment are spread over hours', () => {
    const schedules = namedResourcesOf<{ FlexibleTimeWindow: unknown }>(json, 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(200);
    for (const [id, { FlexibleTimeWindow }] of schedules)
      expect(FlexibleTimeWindow, id).toEqual({ Mode: 'FLEXIBLE', MaximumWindowInMinutes: 240 });
  });

  test('are read bucket by bucket: every configured prefix, and nothing of any other', () => {
    const statements = namedResourcesOf<{
      PolicyDocument: { Statement: { Sid: string; Resource: unknown }[] };
    }>(json, 'AWS::IAM::ManagedPolicy').flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement);
    const objects = statements
      .filter(({ Sid }) => Sid?.startsWith('ReadDumps'))
      .flatMap(({ Resource }) => [Resource].flat().map((arn) => JSON.stringify(arn)));
    expect(objects).toHaveLength(200);
    expect(
      objects.some((arn) => arn.includes(':s3:::acme-backups-of-department-19/postgres/database-199/*')),
    ).toBe(true);
  });
});

describe('a configuration beyond what a stack can hold', () => {
  test('is refused with the limit by its name, before CloudFormation sees it', () => {
    const resource = { Type: 'AWS::SNS::Topic' };
    const tooMany = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`T${index}`, resource]));
    expect(limitProblems(JSON.stringify({ Resources: tooMany }))).toEqual([
      'the template has 501 resources; AWS takes 500',
    ]);
    const long = { Statement: [{ Resource: 'x'.repeat(6200) }] };
    const environment = { Variables: { HOOKS: 'y'.repeat(4100) } };
    const arns = Array.from({ length: 11 }, () => ({ Ref: 'P' }));
    const problems = limitProblems(
      JSON.stringify({
        Resources: {
          Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: long } },
          Door: { Type: 'AWS::Lambda::Function', Properties: { Environment: environment } },
          Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: arns } },
        },
      }),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^the policy Policy has \d+ characters; AWS takes 6144$/),
      expect.stringMatching(/^the environment of Door has \d+ bytes; AWS takes 4096$/),
      'the role Role has 11 managed policies; AWS takes 10',
    ]);
  });
});
