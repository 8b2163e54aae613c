import { describe, expect, test } from 'vitest';
import { hookContainerNames, hookFolder, restoreContainerName } from '../../../lib/contract/names.ts';
import { restoreTaskSizes } from '../../../lib/contract/restore-task-sizes.ts';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf, resourcesOf } from '../support/template.ts';

const { json } = synthesize(
  aConfig(`
databases:
  shop:
    source: { bucket: acme-backups, prefix: postgres/ }
    hooks:
      migrate: { image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/migrate:1.2", command: [migrate, up] }
      smokeTest: { image: "ghcr.io/acme/smoke:3", environment: { TARGET: copy } }
`),
);
const plain = synthesize(aConfig(defaultConfig));

interface Container {
  Name: string;
  Image: unknown;
  User?: string;
  Essential: boolean;
  ReadonlyRootFilesystem?: boolean;
  StopTimeout?: number;
  Command?: string[];
  LogConfiguration: { Options: Record<string, unknown> };
  MountPoints?: { ContainerPath: string; ReadOnly: boolean }[];
  DependsOn?: { Condition: string; ContainerName: string }[];
  Environment: { Name: string; Value: string }[];
  Secrets?: unknown[];
  LinuxParameters?: { Capabilities: { Add?: string[]; Drop: string[] } };
}
interface TaskDefinition {
  Family: string;
  Cpu: string;
  Memory: string;
  TaskRoleArn?: unknown;
  RuntimePlatform: { CpuArchitecture: string };
  ContainerDefinitions: Container[];
}
const definitions = resourcesOf<TaskDefinition>(json, 'AWS::ECS::TaskDefinition');
const restores = definitions.filter(({ Family }) => Family.includes('-restore-'));
const hooks = definitions.filter(({ Family }) => !Family.includes('-restore-'));

describe('the restore task', () => {
  test('exists in every size of the contract', () => {
    expect(restores.map(({ Family, Cpu, Memory }) => [Family, Cpu, Memory])).toEqual(
      restoreTaskSizes.map(({ name, cpuUnits, memoryMib }) => [
        `restore-drill-restore-${name}`,
        String(cpuUnits),
        String(memoryMib),
      ]),
    );
  });

  test('runs on ARM, not as root, with a root filesystem that nobody can write', () => {
    for (const { RuntimePlatform, ContainerDefinitions } of restores) {
      expect(RuntimePlatform.CpuArchitecture).toBe('ARM64');
      expect(ContainerDefinitions).toHaveLength(1);
      expect(ContainerDefinitions[0]).toMatchObject({
        Name: restoreContainerName,
        ReadonlyRootFilesystem: true,
        User: '10001:10001',
        StopTimeout: 120,
        MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false }],
      });
    }
  });

  test('holds no credential in its environment: names, and the role that AWS lends it', () => {
    for (const { ContainerDefinitions } of restores) {
      const [container] = ContainerDefinitions;
      expect(container?.Secrets).toBeUndefined();
      expect(container?.Environment.length).toBeGreaterThan(3);
      for (const { Name } of container?.Environment ?? [])
        expect(Name).not.toMatch(/PASSWORD|SECRET_?(ACCESS_)?KEY|ACCESS_KEY|TOKEN|CREDENTIAL/);
    }
    expect(restores.every(({ TaskRoleArn }) => TaskRoleArn !== undefined)).toBe(true);
  });

  test('loses no line of its log', () => {
    for (const { ContainerDefinitions } of definitions) {
      for (const { LogConfiguration } of ContainerDefinitions) {
        expect(LogConfiguration.Options.mode).toBe('blocking');
      }
    }
  });
});

describe('an image that was given instead of being built', () => {
  const image = '444455556666.dkr.ecr.eu-west-1.amazonaws.com/tools/restore-drill:0.1.0';
  const given = synthesize(
    aConfig(`
databases:
  shop:
    source: { bucket: acme-backups, prefix: postgres/ }
    hooks: { smokeTest: { image: "ghcr.io/acme/smoke:3" } }
`),
    {},
    image,
  );
  const policies = Object.entries(given.json.Resources).filter(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && /ExecutionRole/.test(id),
  );

  test('can be pulled by whoever starts the restore task or the credentials of a hook', () => {
    expect(policies).toHaveLength(2);
    for (const [id, { Properties }] of policies) {
      const text = JSON.stringify(Properties.PolicyDocument);
      for (const action of ['BatchGetImage', 'GetDownloadUrlForLayer', 'GetAuthorizationToken'])
        expect(text, id).toContain(`ecr:${action}`);
      expect(text, id).toContain(':ecr:eu-west-1:444455556666:repository/tools/restore-drill');
    }
  });

  test('from a public registry brings no right to any repository', () => {
    for (const [id, { Type, Properties }] of Object.entries(plain.json.Resources)) {
      if (Type === 'AWS::IAM::Policy' && /ExecutionRole/.test(id))
        expect(JSON.stringify(Properties.PolicyDocument)).not.toContain('ecr:');
    }
  });
});

describe('a deployment from a machine that cannot build for ARM', () => {
  const architectures = (config: string, context: Record<string, unknown>) =>
    resourcesOf<TaskDefinition>(synthesize(aConfig(config), context).json, 'AWS::ECS::TaskDefinition').map(
      ({ Family, RuntimePlatform }) => [
        Family.replace('restore-drill-', ''),
        RuntimePlatform.CpuArchitecture,
      ],
    );
  const hooked = (platform: string) => `
databases:
  shop:
    source: { bucket: acme-backups }
    hooks: { migrate: { image: "ghcr.io/acme/migrate:3"${platform} } }
`;

  test('runs the restore task on x86, and hooks that do not say otherwise with it', () => {
    expect(architectures(hooked(''), { restoreArch: 'x86_64' })).toEqual([
      ['hook-shop-migrate', 'X86_64'],
      ['restore-small', 'X86_64'],
      ['restore-medium', 'X86_64'],
      ['restore-large', 'X86_64'],
    ]);
  });

  test('and one for ARM run a hook on the processor that its image is for', () => {
    const of = (platform: string, context: Record<string, unknown>) =>
      architectures(hooked(`, platform: ${platform}`), context).map(([, architecture]) => architecture);
    expect(of('x86_64', {})).toEqual(['X86_64', 'ARM64', 'ARM64', 'ARM64']);
    expect(of('arm64', { restoreArch: 'x86_64' })).toEqual(['ARM64', 'X86_64', 'X86_64', 'X86_64']);
  });

  test('names the processors there are when it is given another one', () => {
    expect(() => synthesize(aConfig(defaultConfig), { restoreArch: 'amd64' })).toThrow(
      'restoreArch is "amd64"',
    );
  });
});

describe('hooks', () => {
  test('exist only where drills.yaml has them', () => {
    expect(hooks.map(({ Family }) => Family)).toEqual([
      'restore-drill-hook-shop-migrate',
      'restore-drill-hook-shop-smoke-test',
    ]);
    expect(resourcesOf(plain.json, 'AWS::ECS::TaskDefinition')).toHaveLength(restoreTaskSizes.length);
  });

  test('wait for credentials, which they may read and not change', () => {
    for (const { ContainerDefinitions } of hooks) {
      const hook = ContainerDefinitions.find(({ Name }) => Name === hookContainerNames.hook);
      expect(hook).toMatchObject({
        Essential: true,
        DependsOn: [{ Condition: 'HEALTHY', ContainerName: hookContainerNames.credentials }],
        MountPoints: [{ ContainerPath: hookFolder, ReadOnly: true }],
      });
      expect(hook?.Environment).toContainEqual({ Name: 'PGSSLMODE', Value: 'verify-full' });
    }
  });

  test('run the command and the variables of drills.yaml', () => {
    const hookOf = (family: string) =>
      hooks
        .find(({ Family }) => Family.endsWith(family))
        ?.ContainerDefinitions.find(({ Name }) => Name === hookContainerNames.hook);
    expect(hookOf('migrate')?.Command).toEqual(['migrate', 'up']);
    expect(hookOf('smoke-test')?.Environment).toContainEqual({ Name: 'TARGET', Value: 'copy' });
  });

  test('may pull exactly their image from ECR, and log in to sandboxes, and nothing else', () => {
    const policies = Object.entries(json.Resources).filter(
      ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('Hooks'),
    );
    const text = JSON.stringify(policies.map(([, { Properties }]) => Properties));
    expect(text).toContain('ecr:eu-west-1:111122223333:repository/shop/migrate');
    expect(text.match(/"(s3|rds|secretsmanager|ssm|dynamodb|states):[A-Za-z]+"/g)).toBeNull();
    expect(text).toContain('rds-db:connect');
  });
});

describe('the task with a server inside', () => {
  const inside = synthesize(
    aConfig(`
databases:
  shop:
    source: { bucket: acme-backups, prefix: postgres/ }
    sandbox: { kind: task }
`),
  ).json;
  interface Mounted extends TaskDefinition {
    EphemeralStorage?: { SizeInGiB: number };
    Volumes: { Name: string; ConfiguredAtLaunch?: boolean }[];
  }
  const all = namedResourcesOf<Mounted>(inside, 'AWS::ECS::TaskDefinition').map(([, one]) => one);
  const [onVolume] = all.filter(({ Family }) => Family === 'restore-drill-sandbox-volume');

  test('has one definition whose server lies on a volume of the run, where the others have it on their disk', () => {
    expect(onVolume?.EphemeralStorage).toBeUndefined();
    expect(onVolume?.Volumes).toEqual([{ Name: 'scratch' }, { Name: 'servers', ConfiguredAtLaunch: true }]);
    const [container] = onVolume?.ContainerDefinitions ?? [];
    expect(container?.MountPoints).toEqual([
      { ContainerPath: '/tmp', ReadOnly: false, SourceVolume: 'scratch' },
      { ContainerPath: '/pg/data', ReadOnly: false, SourceVolume: 'servers' },
    ]);
    const others = all.filter((one) => one.Family.includes('-sandbox-') && one !== onVolume);
    expect(others).toHaveLength(3);
    for (const { Volumes } of others)
      expect(Volumes.some(({ ConfiguredAtLaunch }) => ConfiguredAtLaunch === true)).toBe(false);
  });

  test('begins as root of its container with fewer capabilities than that has, and nobody can write its root filesystem', () => {
    const definitionsInside = all.filter(({ Family }) => Family.includes('-sandbox-'));
    expect(definitionsInside).toHaveLength(4);
    for (const { ContainerDefinitions } of definitionsInside) {
      expect(ContainerDefinitions).toHaveLength(1);
      expect(ContainerDefinitions[0]).toMatchObject({ User: '0:0', ReadonlyRootFilesystem: true });
      expect(ContainerDefinitions[0]?.LinuxParameters?.Capabilities.Add ?? []).toEqual([]);
      expect(ContainerDefinitions[0]?.LinuxParameters?.Capabilities.Drop).toContain('NET_RAW');
    }
  });

  test('that has a volume is no task of the machine, which could not start it', () => {
    const machine = namedResourcesOf<{ PolicyDocument: object }>(inside, 'AWS::IAM::Policy').find(([id]) =>
      id.startsWith('DrillRole'),
    );
    expect(JSON.stringify(machine)).toContain('restore-drill-sandbox-large');
    expect(JSON.stringify(machine)).not.toContain('restore-drill-sandbox-volume');
  });

  test('and its volume are not there where no drill runs a server in its task', () => {
    expect(JSON.stringify(plain.json)).not.toContain('restore-drill-sandbox-');
    expect(Object.keys(plain.json.Resources).filter((id) => id.includes('VolumeRole'))).toEqual([]);
  });
});
