import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnDBSubnetGroup } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, test } from 'vitest';
import { type DrillsFile, RestoreDrill, type RestoreDrillProps } from '../../lib/cdk/index.ts';
import { outputNames } from '../../lib/contract/outputs.ts';
import { builtParts } from '../../lib/infra/bundles/built-parts.ts';
import { writePackedFunctions } from '../../lib/infra/bundles/packed-functions.ts';
import { partsContext } from '../../lib/infra/laid-out.ts';
import { doors } from '../../lib/infra/names/doors.ts';
import { manyDatabases } from '../infra/support/many-databases.ts';

// What the construct makes of functions does not depend on what is in them.
const parts = mkdtempSync(join(tmpdir(), 'restore-drill-parts-'));
const stub = (door: string) => ({
  files: { 'index.mjs': `export const handler = '${door}';` },
  parser: false,
});
writePackedFunctions(
  builtParts(parts).functions,
  Object.fromEntries(doors.map((door) => [door, stub(door)])),
);
afterAll(() => rmSync(parts, { recursive: true, force: true }));

const shop: DrillsFile = { databases: { shop: { source: { bucket: 'acme-backups', maxAge: '26h' } } } };

/** In a stack of somebody's, who has an image ready. */
function inStackOf(name: string, props: Partial<RestoreDrillProps> = {}) {
  const app = new App({ context: { [partsContext]: parts } });
  const stack = new Stack(app, name);
  const make = (id: string) =>
    new RestoreDrill(stack, id, { drills: shop, restoreImage: 'example.com/restore-drill:1', ...props });
  return { app, stack, make };
}

describe('the construct, in a stack of somebody', () => {
  const { stack, make } = inStackOf('Backups');
  new CfnDBSubnetGroup(stack, 'Theirs', { dbSubnetGroupDescription: 'theirs', subnetIds: ['subnet-0a'] });
  const made = make('Drills');
  const template = Template.fromStack(stack);

  test('gives the outputs by which the command line finds its way, under their own names', () => {
    const names = Object.keys(template.toJSON().Outputs as object);
    expect(names).toEqual(expect.arrayContaining([outputNames.stateMachineArn, outputNames.databases]));
    expect(names.filter((name) => name.startsWith('Drills'))).toEqual([]);
  });

  test('names what it makes for itself, and not for the stack', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineName: 'restore-drill' });
    template.hasResourceProperties('AWS::SNS::Topic', { TopicName: 'restore-drill' });
    expect(JSON.stringify(template.toJSON())).not.toContain('"Backups-');
  });

  test('lets those who answer approvals find the stack by its own name', () => {
    const [policy] = Object.values(
      template.findResources('AWS::IAM::ManagedPolicy', {
        Properties: { ManagedPolicyName: 'restore-drill-approver' },
      }),
    );
    expect(JSON.stringify(policy)).toContain(':stack/Backups/*');
  });

  test('tags what it makes, and nothing that is theirs', () => {
    const [theirs] = Object.values(
      template.findResources('AWS::RDS::DBSubnetGroup', {
        Properties: { DBSubnetGroupDescription: 'theirs' },
      }),
    );
    expect(JSON.stringify(theirs)).not.toContain('restore-drill:stack');
    expect(JSON.stringify(template.findResources('AWS::SNS::Topic'))).toContain('restore-drill:stack');
  });

  test('gives back what it made, and says what it will do', () => {
    expect(stack.resolve(made.topic.topicArn)).toEqual({
      Ref: expect.stringMatching(/^DrillsNotifications/),
    });
    expect(made.summary).toContain('1: shop');
    expect(made.evidenceKey).toBeUndefined();
  });
});

describe('a configuration that cannot be deployed', () => {
  const refusal = (drills: RestoreDrillProps['drills']) => {
    try {
      inStackOf('Backups', { drills }).make('Drills');
      return null;
    } catch (error) {
      return error as { code: string; message: string; hint: string };
    }
  };

  test('is refused with every problem, by the keys of an object', () => {
    const error = refusal({ databases: { shop: { source: { bucket: 'acme', maxAge: '4x' } }, b: {} } });
    expect(error?.code).toBe('CONFIG_INVALID');
    expect(error?.message.split('\n')).toEqual([
      expect.stringMatching(/^drills databases\.shop\.source\.maxAge: "4x"/),
      expect.stringMatching(/^drills databases\.b\.source/),
    ]);
  });

  test('is refused by the lines of a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'restore-drill-config-'));
    const path = join(folder, 'drills.yaml');
    writeFileSync(path, 'databases:\n  shop: { sauce: {} }\n');
    expect(refusal(path)?.message).toContain(`${path}:2:`);
    rmSync(folder, { recursive: true, force: true });
  });

  test('is refused where a name is known at deployment only', () => {
    const { stack, make } = inStackOf('Backups', {
      get drills(): DrillsFile {
        return { databases: { shop: { source: { bucket: new Bucket(stack, 'Dumps').bucketName } } } };
      },
    });
    expect(() => make('Drills')).toThrow(
      'drills databases.shop.source.bucket: this value is known at deployment only',
    );
  });
});

test('a stack that grows beyond what AWS takes is refused at synth, with a hint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-config-'));
  const path = join(folder, 'drills.yaml');
  writeFileSync(path, manyDatabases(450, 5));
  const { app, make } = inStackOf('Backups', { drills: path });
  make('Drills');
  expect(() => app.synth()).toThrow(
    /^450 databases are too many for one stack:[\s\S]*the template has \d+ resources; AWS takes 500$/m,
  );
  rmSync(folder, { recursive: true, force: true });
});
