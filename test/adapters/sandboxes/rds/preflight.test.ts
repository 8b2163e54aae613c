import { describe, expect, test } from 'vitest';
import type { PreflightOptions } from '../../../../lib/adapters/sandboxes/rds/preflight.ts';
import type { DatabaseConfig } from '../../../../lib/domain/config/index.ts';
import { rdsPlanOf, type SandboxDemand } from '../../../../lib/domain/sandbox/sandbox-plan.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import { aPlan, configured, hostOn, RdsAccount } from './rds-account.ts';

const gibibyte = 1024 ** 3;

/** The region: which versions there are, and which classes in which zones. */
interface Region {
  versions?: { EngineVersion: string; Status?: string }[];
  /** Class → zones that offer it with gp3. */
  classes?: Record<string, string[]>;
  subnetZones?: string[];
  quotas?: { AccountQuotaName: string; Used: number; Max: number }[];
}

const everywhere = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const graviton = [
  'db.t4g.medium',
  'db.t4g.large',
  'db.m7g.large',
  'db.m6g.large',
  'db.m7g.xlarge',
  'db.m6g.xlarge',
];

function accountIn(region: Region = {}): RdsAccount {
  const account = new RdsAccount();
  const versions = region.versions ?? [{ EngineVersion: '15.9' }, { EngineVersion: '15.17' }];
  const classes = region.classes ?? Object.fromEntries(graviton.map((name) => [name, everywhere]));
  const page = (marker: unknown, last: number) =>
    Number(marker ?? 0) < last ? { Marker: String(Number(marker ?? 0) + 1) } : {};
  account.answers = {
    DescribeDBEngineVersions: ({ Marker }) => ({
      DBEngineVersions: versions.slice(Number(Marker ?? 0), Number(Marker ?? 0) + 1),
      ...page(Marker, versions.length - 1),
    }),
    DescribeDBSubnetGroups: ({ DBSubnetGroupName }) => ({
      DBSubnetGroups: [
        {
          DBSubnetGroupName,
          Subnets: (region.subnetZones ?? ['eu-west-1a', 'eu-west-1b']).map((Name) => ({
            SubnetAvailabilityZone: { Name },
            SubnetStatus: 'Active',
          })),
        },
      ],
    }),
    // One storage type and zone a page, the wanted one last.
    DescribeOrderableDBInstanceOptions: ({ DBInstanceClass, Marker }) => {
      const zones = classes[String(DBInstanceClass)];
      if (zones === undefined) return { OrderableDBInstanceOptions: [] };
      const option = { Engine: 'postgres', DBInstanceClass };
      const options = [
        { ...option, StorageType: 'io1', AvailabilityZones: [{ Name: 'eu-west-1z' }] },
        ...zones.map((Name) => ({ ...option, StorageType: 'gp3', AvailabilityZones: [{ Name }] })),
      ];
      const at = Number(Marker ?? 0);
      return { OrderableDBInstanceOptions: options.slice(at, at + 1), ...page(Marker, options.length - 1) };
    },
    DescribeAccountAttributes: () => ({
      AccountQuotas: region.quotas ?? [
        { AccountQuotaName: 'DBInstances', Used: 3, Max: 40 },
        { AccountQuotaName: 'AllocatedStorage', Used: 300, Max: 100_000 },
        { AccountQuotaName: 'ManualSnapshots', Used: 100, Max: 100 },
      ],
    }),
  };
  return account;
}

interface Case {
  region?: Region;
  config?: DatabaseConfig;
  plan?: Partial<SandboxDemand>;
  options?: Partial<PreflightOptions>;
  account?: RdsAccount;
}

async function preflight({
  region,
  config = configured(),
  plan,
  options,
  account = accountIn(region),
}: Case = {}) {
  const planning: PreflightOptions = {
    configuration: { database: () => config },
    subnetGroup: 'restore-drill-sandbox',
    parameterGroups: { 15: 'restore-drill-import-15' },
    region: 'eu-west-1',
    taskSizes: [
      { taskDefinition: 'small', upToDumpBytes: 2 * gibibyte, vcpu: 1, memoryGib: 2 },
      { taskDefinition: 'large', upToDumpBytes: 100 * gibibyte, vcpu: 8, memoryGib: 16 },
    ],
    fargateVcpus: async () => 6,
    monthlyBudgetUsd: null,
    rehearsal: null,
    spentThisMonthUsd: () => Promise.reject(new Error('nobody asked for a budget')),
    ...options,
  };
  const { rds: _notYet, kind: _ofTheHost, ...demand } = aPlan(plan);
  const answer = await hostOn(account, { planning }).preflight(demand);
  expect(account.writes()).toEqual([]);
  return answer;
}

const rdsOf = async (what: Case) => {
  const answer = await preflight(what);
  if (!answer.possible) throw new Error(answer.findings.map(({ message }) => message).join('; '));
  return rdsPlanOf(answer.plan);
};
const codesOf = async (what: Case) => {
  const answer = await preflight(what);
  return answer.possible ? [] : answer.findings.map(({ code }) => code);
};

describe('a preflight', () => {
  test('completes the plan of a drill, and makes nothing', async () => {
    expect(await rdsOf({})).toEqual({
      engineVersion: '15.17',
      placements: [
        { instanceClass: 'db.t4g.medium', availabilityZone: 'eu-west-1a' },
        { instanceClass: 'db.t4g.medium', availabilityZone: 'eu-west-1b' },
        { instanceClass: 'db.t4g.large', availabilityZone: 'eu-west-1a' },
        { instanceClass: 'db.m7g.large', availabilityZone: 'eu-west-1a' },
      ],
      storageGib: 20,
      parameterGroup: 'restore-drill-import-15',
      production: null,
      estimatedCostUsd: expect.any(Number),
    });
  });

  test('takes the newest minor by number, from whatever page, and none that is not available', async () => {
    const versions = [
      { EngineVersion: '15.10' },
      { EngineVersion: '15.9' },
      { EngineVersion: '15.18', Status: 'deprecated' },
      { EngineVersion: '150.1' },
    ];

    expect((await rdsOf({ region: { versions } }))?.engineVersion).toBe('15.10');
  });

  test('refuses a major that the region does not offer', async () => {
    expect(await codesOf({ region: { versions: [] } })).toEqual(['SERVER_VERSION_UNSUPPORTED']);
  });

  test('uses only zones that both the class and the sandbox subnets have', async () => {
    const region = {
      classes: { 'db.t4g.medium': ['eu-west-1b', 'eu-west-1c'], 'db.m7g.large': ['eu-west-1a'] },
      subnetZones: ['eu-west-1a', 'eu-west-1b'],
    };

    expect((await rdsOf({ region }))?.placements).toEqual([
      { instanceClass: 'db.t4g.medium', availabilityZone: 'eu-west-1b' },
      { instanceClass: 'db.m7g.large', availabilityZone: 'eu-west-1a' },
    ]);
  });

  test('leaves the zone to RDS where nobody says zones', async () => {
    expect((await rdsOf({ region: { subnetZones: [] } }))?.placements).toEqual([
      { instanceClass: 'db.t4g.medium', availabilityZone: null },
      { instanceClass: 'db.t4g.large', availabilityZone: null },
      { instanceClass: 'db.m7g.large', availabilityZone: null },
    ]);
  });

  test('tries a configured class in up to four zones and nothing else', async () => {
    const zones = ['a', 'b', 'c', 'd', 'e'].map((letter) => `eu-west-1${letter}`);
    const region = { classes: { 'db.r7g.large': zones }, subnetZones: zones };
    const config = configured({ sandbox: { instanceClass: 'db.r7g.large' } });

    expect((await rdsOf({ region, config }))?.placements).toEqual(
      zones.slice(0, 4).map((availabilityZone) => ({ instanceClass: 'db.r7g.large', availabilityZone })),
    );
  });

  test('refuses when the Fargate quota lets not even the smallest task run, and not when it cannot be read', async () => {
    const quota = (fargateVcpus: () => Promise<number | null>) => codesOf({ options: { fargateVcpus } });
    expect(await quota(async () => 0.5)).toEqual(['QUOTA_EXCEEDED']);
    expect(await quota(async () => 1)).toEqual([]);
    expect(await quota(async () => null)).toEqual([]);
    expect(await quota(() => Promise.reject(awsError('AccessDeniedException')))).toEqual([]);
  });

  test('refuses when no class is offered, with what was looked for', async () => {
    const answer = await preflight({ region: { classes: {} } });

    expect(answer).toMatchObject({
      possible: false,
      findings: [
        { code: 'SANDBOX_UNAVAILABLE', message: expect.stringContaining('db.t4g.medium, db.t4g.large') },
      ],
    });
  });

  test('does not take a class that is offered with other storage only', async () => {
    const account = accountIn();
    account.answers.DescribeOrderableDBInstanceOptions = ({ DBInstanceClass }) => ({
      OrderableDBInstanceOptions: [
        {
          DBInstanceClass,
          StorageType: DBInstanceClass === 'db.t4g.medium' ? 'io1' : 'gp3',
          AvailabilityZones: [{ Name: 'eu-west-1a' }],
        },
      ],
    });

    expect((await rdsOf({ account }))?.placements[0]).toMatchObject({ instanceClass: 'db.t4g.large' });
  });

  test('fails by name when the subnet group cannot be read', async () => {
    const account = accountIn().fail('DescribeDBSubnetGroups', awsError('DBSubnetGroupNotFoundFault'));

    await expect(preflight({ account })).rejects.toMatchObject({ name: 'SANDBOX_UNAVAILABLE' });
  });

  test('asks for the configured disk', async () => {
    const config = configured({ sandbox: { storageBytes: 100 * gibibyte } });

    expect((await rdsOf({ config }))?.storageGib).toBe(100);
  });

  test('refuses a disk that RDS does not make', async () => {
    const config = configured({ sandbox: { storageBytes: 70_000 * gibibyte } });

    expect(await codesOf({ config })).toEqual(['SANDBOX_UNAVAILABLE']);
  });
});

describe('the plan of a real restore', () => {
  const plan = { mode: 'restore' as const };

  test('takes class, disk and parameter group of production', async () => {
    const config = configured({
      sandbox: { instanceClass: 'db.t4g.medium', storageBytes: 30 * gibibyte },
      production: { instanceClass: 'db.m7g.xlarge', storageBytes: 200 * gibibyte, parameterGroup: 'shop-15' },
    });

    expect(await rdsOf({ plan, config })).toMatchObject({
      placements: [{ instanceClass: 'db.m7g.xlarge' }, { instanceClass: 'db.m7g.xlarge' }],
      storageGib: 200,
      parameterGroup: 'shop-15',
      production: config.production,
    });
  });

  test('lies in the zones of its own subnet group, and has extended support where production asks for it', async () => {
    const account = accountIn();
    const groups: unknown[] = [];
    const { DescribeDBSubnetGroups } = account.answers;
    account.answers.DescribeDBSubnetGroups = (input) => {
      groups.push(input.DBSubnetGroupName);
      return DescribeDBSubnetGroups!(input);
    };
    const config = configured({
      sandbox: { extendedSupport: false },
      production: { subnetGroup: 'apps', extendedSupport: true },
    });

    expect(await rdsOf({ plan, config, account })).toMatchObject({ extendedSupport: true });
    expect(groups).toContain('apps');
    expect(await rdsOf({ config })).not.toHaveProperty('extendedSupport');
    expect(await rdsOf({ config: configured({ sandbox: { extendedSupport: true } }) })).toMatchObject({
      extendedSupport: true,
    });
  });

  test('never takes the import group: it trades safety for speed', async () => {
    expect((await rdsOf({ plan }))?.parameterGroup).toBe('default.postgres15');
  });

  test('is not refused for its price', async () => {
    const config = configured({ sandbox: { maxCostUsd: 0.001 } });

    expect(await codesOf({ plan, config, options: { monthlyBudgetUsd: 0.01 } })).toEqual([]);
  });

  test('is refused for a quota: it could not be made', async () => {
    const region = { quotas: [{ AccountQuotaName: 'DBInstances', Used: 40, Max: 40 }] };

    expect(await codesOf({ plan, region })).toEqual(['QUOTA_EXCEEDED']);
  });
});

describe('a quota', () => {
  test.each([
    ['instances are used up', 'DBInstances', 40, 40, ['QUOTA_EXCEEDED']],
    ['one instance is left', 'DBInstances', 39, 40, []],
    ['storage falls short by a GiB', 'AllocatedStorage', 81, 100, ['QUOTA_EXCEEDED']],
    ['storage just suffices', 'AllocatedStorage', 80, 100, []],
  ])('%s', async (_what, AccountQuotaName, Used, Max, codes) => {
    expect(await codesOf({ region: { quotas: [{ AccountQuotaName, Used, Max }] } })).toEqual(codes);
  });

  test('and a cap that are both broken are both told', async () => {
    const region = { quotas: [{ AccountQuotaName: 'DBInstances', Used: 40, Max: 40 }] };
    const config = configured({ sandbox: { maxCostUsd: 0.001 } });

    expect(await codesOf({ region, config })).toEqual(['QUOTA_EXCEEDED', 'COST_CAP_EXCEEDED']);
  });
});

describe('a cap on cost', () => {
  test('of one drill stops what is estimated to cost more', async () => {
    const estimate = (await rdsOf({}))?.estimatedCostUsd ?? 0;
    expect(estimate).toBeGreaterThan(0.01);

    expect(await codesOf({ config: configured({ sandbox: { maxCostUsd: estimate } }) })).toEqual([]);
    expect(await codesOf({ config: configured({ sandbox: { maxCostUsd: estimate * 0.99 } }) })).toEqual([
      'COST_CAP_EXCEEDED',
    ]);
  });

  test('of the month counts what was spent', async () => {
    const spending = (spentUsd: number) => ({
      options: { monthlyBudgetUsd: 5, spentThisMonthUsd: async () => spentUsd },
    });

    expect(await codesOf(spending(4))).toEqual([]);
    expect(await codesOf(spending(4.99))).toEqual(['COST_CAP_EXCEEDED']);
  });

  test('of the month is no cap when what was spent cannot be read: that is a surprise', async () => {
    const options = { monthlyBudgetUsd: 5, spentThisMonthUsd: () => Promise.reject(new Error('no ledger')) };

    await expect(preflight({ options })).rejects.toThrow('no ledger');
  });
});

describe('a rehearsal of the real restore', () => {
  const nobody = () => Promise.reject(new Error('nobody may be asked'));
  const rehearsal = {
    ec2: { send: nobody },
    kms: { send: nobody },
  } as unknown as PreflightOptions['rehearsal'];
  const config = configured({ production: { instanceClass: 'db.x2g.large', rehearsal: 'error' } });

  test('is part of every drill, of the instance that production would get', async () => {
    const answer = await preflight({ config, options: { rehearsal } });

    expect(answer.possible).toBe(true);
    expect(answer.findings).toEqual([
      expect.objectContaining({
        ...{ code: 'RESTORE_NOT_READY', severity: 'error' },
        message: expect.stringContaining('none of db.x2g.large is offered') as string,
      }),
    ]);
  });

  test('is only a warning in a real restore: it is kept as it can be had', async () => {
    const quotas = [{ AccountQuotaName: 'DBInstances', Used: 3, Max: 40 }];
    const region = { quotas, classes: { 'db.x2g.large': everywhere } };
    const wanting = configured({
      production: { instanceClass: 'db.x2g.large', rehearsal: 'error', parameterGroup: 'gone' },
    });

    const answer = await preflight({
      ...{ region, config: wanting, plan: { mode: 'restore' } },
      options: { rehearsal },
    });

    expect(answer.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['RESTORE_NOT_READY', 'warning'],
    ]);
  });
});
