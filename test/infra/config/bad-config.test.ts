import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deploymentProblems, imageProblems } from '../../../lib/infra/config/deployability.ts';
import { readDeployableConfig } from '../../../lib/infra/config/deployable-config.ts';
import { aConfig } from '../support/configs.ts';

const problemsOf = (text: string): string[] => deploymentProblems(aConfig(text));

describe('a configuration that is fine locally but cannot be deployed', () => {
  test('names every database without a bucket', () => {
    expect(problemsOf('databases: { a: { source: { folder: x } }, b: { source: { folder: y } } }')).toEqual([
      'databases.a.source: a folder cannot be drilled in AWS – give a bucket',
      'databases.b.source: a folder cannot be drilled in AWS – give a bucket',
    ]);
  });

  test('has an S3-compatible store without keys', () => {
    expect(
      problemsOf('databases: { a: { source: { bucket: acme, endpointUrl: "https://x.example" } } }')[0],
    ).toContain('give credentialsSecret');
  });

  test('takes a passphrase from an environment that AWS has not', () => {
    expect(
      problemsOf('databases: { a: { source: { bucket: acme, decrypt: { passphraseEnv: KEY } } } }')[0],
    ).toContain('give passphraseParameter');
  });

  test('brings backups by a program that the image has not, with secrets of this machine', () => {
    const brought = (program: string, secret: string): string =>
      `databases: { a: { source: { bucket: acme, physical: { commands: { fetch: "${program} backup-fetch {directory} LATEST", restore: "${program} wal-fetch {file} {path}", environment: { KEY: { ${secret} } } } } }, sandbox: { majorVersion: 17 } } }`;
    expect(problemsOf(brought('wal-g', 'env: KEY'))).toEqual([
      'databases.a.source.physical.commands.environment.KEY: AWS has no environment or files of yours – give parameter or secret',
    ]);
    const config = aConfig(brought('wal-g', 'secret: acme/key'));
    expect(deploymentProblems(config)).toEqual([]);
    expect(imageProblems(config, null)[0]).toContain('holds no wal-g – build one from target `sandbox`');
    expect(imageProblems(config, 'acme.example/restore:1')).toEqual([]);
    expect(imageProblems(aConfig(brought('pgbackrest', 'secret: x')), null)).toEqual([]);
  });

  test('names a textfile, or secrets of a machine, for those who are told', () => {
    const one = 'databases: { a: { source: { bucket: acme } }, b: { source: { bucket: acme } } }\n';
    expect(problemsOf(`${one}notify: { prometheus: { directory: /x }, slack: { urlEnv: A } }`)).toEqual([
      expect.stringMatching(/^notify\.prometheus: a textfile needs a machine .* aws\.databaseMetrics: true/),
      'notify.slack: AWS has no environment or files of yours – give urlParameter or urlSecret',
    ]);
    expect(problemsOf(`${one}notify: { slack: { urlEnv: A, urlSecret: b } }`)).toEqual([]);
    const own = 'databases: { a: { source: { bucket: acme }, notify: { healthcheck: { urlFile: x } } } }';
    expect(problemsOf(own)).toEqual([
      'databases.a.notify.healthcheck: AWS has no environment or files of yours – give urlParameter or urlSecret',
    ]);
  });

  test('asks for a dashboard without the metrics that it draws, or of more databases than it holds', () => {
    const one = 'databases: { a: { source: { bucket: acme } } }\n';
    expect(problemsOf(`${one}aws: { dashboard: true }`)[0]).toContain('set aws.databaseMetrics: true');
    expect(problemsOf(`${one}aws: { dashboard: true, databaseMetrics: true }`)).toEqual([]);
    const many = Array.from({ length: 101 }, (_, index) => `a${index}: { source: { bucket: acme } }`);
    expect(
      problemsOf(`databases: { ${many.join(', ')} }\naws: { dashboard: true, databaseMetrics: true }`)[0],
    ).toContain('101 databases are more than the 100');
  });

  test('has a schedule that comes once, without an interval', () => {
    const once = (more: string) =>
      problemsOf(
        `databases: { a: { source: { bucket: acme }, schedule: { cron: "0 3 1 1 ? 2027" ${more} } } }`,
      );
    expect(once('')[0]).toContain('give schedule.interval');
    expect(once(', interval: 365d')).toEqual([]);
  });

  test('has approvers that nobody but AWS may attach a policy to', () => {
    const of = (arn: string) =>
      problemsOf(`aws: { approvers: ["${arn}"] }\ndatabases: { a: { source: { bucket: acme } } }`);
    const path = 'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/';
    for (const arn of [
      `${path}AWSReservedSSO_OnCall_0123456789abcdef`,
      'arn:aws:iam::123456789012:role/AWSReservedSSO_OnCall_0123456789abcdef',
    ]) {
      expect(of(arn)).toEqual([
        `aws.approvers: ${arn} is a role of IAM Identity Center, which nobody but AWS may attach a policy to – leave it out, and add the customer managed policy restore-drill-approver to its permission set`,
      ]);
    }
    expect(of('arn:aws:iam::123456789012:role/on-call')).toEqual([]);
  });

  test('has zones beside a network that has its own', () => {
    const network =
      'network: { vpcId: vpc-0a, availabilityZones: [eu-west-1a, eu-west-1b], sandboxSubnets: [subnet-0a, subnet-0b], taskSubnets: [subnet-0c, subnet-0d] }';
    const zones = 'availabilityZones: [eu-west-1a, eu-west-1c]';
    const of = (aws: string) => problemsOf(`aws: { ${aws} }\ndatabases: { a: { source: { bucket: acme } } }`);
    expect(of(`${network}, ${zones}`)[0]).toContain('beside aws.network');
    expect([...of(network), ...of(zones)]).toEqual([]);
  });

  test('gives a restored instance groups of a VPC in which it does not lie', () => {
    const withProduction = (network: string) =>
      problemsOf(
        `${network}\ndatabases: { a: { source: { bucket: acme }, production: { securityGroups: [sg-0a1b2c], subnetGroup: apps } } }`,
      );
    const network =
      'aws: { network: { vpcId: vpc-0a, sandboxSubnets: [subnet-0a, subnet-0b], taskSubnets: [subnet-0c, subnet-0d], availabilityZones: [eu-west-1a, eu-west-1b] } }';

    expect(withProduction('aws: {}').map((problem) => problem.split(':')[0])).toEqual([
      'databases.a.production.securityGroups',
      'databases.a.production.subnetGroup',
    ]);
    expect(withProduction('aws: {}')[0]).toContain('give aws.network');
    expect(withProduction(network)).toEqual([]);
  });

  test('has a stack name that makes names too long', () => {
    const name = `restore-drill-${'x'.repeat(40)}`;
    expect(
      problemsOf(`aws: { stackName: ${name} }\ndatabases: { a: { source: { bucket: acme } } }`)[0],
    ).toContain('longer than');
  });
});

describe('the app', () => {
  const fileWith = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'restore-drill-config-')), 'drills.yaml');
    writeFileSync(path, text);
    return path;
  };
  const refusal = (drills: string | object) => {
    try {
      readDeployableConfig(drills);
      return null;
    } catch (error) {
      return error as { code: string; message: string; hint: string };
    }
  };

  test('reports every mistake at once, with lines', () => {
    const error = refusal(
      fileWith(`databases:
  shop: { source: { prefix: postgres/ } }
  shop: { source: { bucket: acme } }
  other:
    source: { bucket: acme }
    schedule: { cron: "0 3 * * *" }
`),
    );
    expect(error?.code).toBe('CONFIG_INVALID');
    expect(error?.message).toMatch(/drills\.yaml:3:\d+ .*stands here a second time/);
    expect(error?.message).toMatch(/drills\.yaml:6:\d+ .*takes six fields/);
  });

  test('does not fall back to an example when the file is missing', () => {
    const error = refusal('/nowhere/drills.yaml');
    expect(error?.message).toMatch(/nowhere\/drills\.yaml cannot be read/);
    expect(error?.hint).toContain('-c config=PATH');
  });

  test('ends with exit code 2, the mistakes and a hint, and no stack', () => {
    const path = fileWith('databases: { shop: { source: { folder: x } } }');
    const { status, stderr } = spawnSync('node', ['scripts/run-ts.mjs', 'bin/app.ts'], {
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ config: path }) },
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^restore-drill: .*databases\.shop\.source: a folder/);
    expect(stderr).toContain('HINT: ');
    expect(stderr).not.toContain('    at ');
  });
});
