import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../lib/cli/doctor/diagnosis.ts';
import { diagnoseNotifySecrets } from '../../../lib/cli/doctor/notify-secrets.ts';
import { diagnoseSubscriptions } from '../../../lib/cli/doctor/subscriptions.ts';
import { diagnoseZones } from '../../../lib/cli/doctor/zones.ts';
import { type Account, inAccount } from '../../../lib/cli/remote/account.ts';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { FakeAccount, outputs } from '../remote/support/fake-account.ts';

const told = async (account: FakeAccount, look: (account: Account) => Promise<Diagnosis[]>) =>
  (await inAccount({ stack: 'restore-drill' }, look, account.surroundings)).map(
    ({ what, state, detail }) => `${state} ${what}: ${detail}`,
  );

describe('notifications', () => {
  const subscribed = (...Subscriptions: object[]) =>
    new FakeAccount().on({
      'SNS.ListSubscriptionsByTopic': ({ TopicArn }) => {
        expect(TopicArn).toBe(outputs.topicArn);
        return { Subscriptions };
      },
    });
  const mail = (Endpoint: string, SubscriptionArn: string) => ({
    ...{ Protocol: 'email', Endpoint, SubscriptionArn },
  });

  test('that nobody is subscribed to are a problem: an alarm would ring unheard', async () => {
    expect((await told(subscribed(), diagnoseSubscriptions))[0]).toMatch(
      /^problem notifications: nobody is subscribed to arn:aws:sns:.*aws\.alarmEmail/,
    );
  });

  test('of an address that was never confirmed are a problem, also beside others', async () => {
    const account = subscribed(
      mail('ada@example.com', `${outputs.topicArn}:0a1b`),
      mail('on-call@example.com', 'PendingConfirmation'),
    );
    expect(await told(account, diagnoseSubscriptions)).toEqual([
      'ok notifications: go to email ada@example.com',
      expect.stringMatching(
        /^problem notifications: email on-call@example\.com gets none before it is confirmed/,
      ),
    ]);
  });

  test('that may not be looked at are named with the missing right', async () => {
    const account = new FakeAccount().on({
      'SNS.ListSubscriptionsByTopic': () => {
        throw awsError(
          'AuthorizationError',
          'User is not authorized to perform: SNS:ListSubscriptionsByTopic',
        );
      },
    });
    expect((await told(account, diagnoseSubscriptions))[0]).toMatch(
      /^problem notifications: .*ListSubscriptionsByTopic/,
    );
  });
});

describe('the zones of the stack', () => {
  const zone = (name: string) => ({ Name: name });
  const offering = (offered: Record<string, string[]>) =>
    new FakeAccount().on({
      'CloudFormation.ListStackResources': () => ({
        StackResourceSummaries: [
          // The stack may be the user's, with a group of theirs in it.
          { ResourceType: 'AWS::RDS::DBSubnetGroup', PhysicalResourceId: 'backups-theirs-1a2b' },
          { ResourceType: 'AWS::RDS::DBSubnetGroup', PhysicalResourceId: 'restore-drill-sandbox' },
        ],
      }),
      'RDS.DescribeDBSubnetGroups': ({ DBSubnetGroupName }) => {
        expect(DBSubnetGroupName).toBe('restore-drill-sandbox');
        return {
          DBSubnetGroups: [
            {
              DBSubnetGroupName,
              Subnets: ['us-east-1a', 'us-east-1b'].map((name) => ({
                SubnetAvailabilityZone: zone(name),
                SubnetStatus: 'Active',
              })),
            },
          ],
        };
      },
      'RDS.DescribeDBEngineVersions': ({ DBParameterGroupFamily }) => ({
        DBEngineVersions: DBParameterGroupFamily === 'postgres17' ? [{ EngineVersion: '17.9' }] : [],
      }),
      'RDS.DescribeOrderableDBInstanceOptions': ({ DBInstanceClass, EngineVersion }) => {
        expect(EngineVersion).toBe('17.9');
        const zones = offered[String(DBInstanceClass)];
        return {
          OrderableDBInstanceOptions:
            zones === undefined
              ? []
              : [{ DBInstanceClass, StorageType: 'gp3', AvailabilityZones: zones.map(zone) }],
        };
      },
    });
  const zonesFor = (settings: string) => {
    const parsed = parseConfig(`databases: { shop: { source: { bucket: acme }${settings} } }`);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    return (account: Account) => diagnoseZones(parsed.config.databases, account);
  };

  test('that lack the class of a sandbox are named, and those that have it', async () => {
    const account = offering({ 'db.t4g.medium': ['us-east-1a', 'us-east-1c'] });
    expect(await told(account, zonesFor(''))).toEqual([
      'ok class db.t4g.medium: offered in us-east-1a, not in us-east-1b',
    ]);
  });

  test('are a problem when none of them has a class, with what to do', async () => {
    const account = offering({ 'db.m8g.large': ['us-east-1c', 'us-east-1d'] });
    const [elsewhere] = await told(account, zonesFor(', sandbox: { instanceClass: db.m8g.large }'));
    expect(elsewhere).toMatch(
      /^problem class db\.m8g\.large: not offered in us-east-1a, us-east-1b; it is offered in us-east-1c, us-east-1d; set aws\.availabilityZones/,
    );
    const [nowhere] = await told(account, zonesFor(', sandbox: { instanceClass: db.x9.large }'));
    expect(nowhere).toMatch(/^problem class db\.x9\.large: not offered in us-east-1a, us-east-1b; set/);
  });

  test('are a problem when a standby of the real restore would find no second one', async () => {
    const account = offering({
      'db.t4g.medium': ['us-east-1a', 'us-east-1b'],
      'db.r7g.large': ['us-east-1b'],
    });
    const classes = (multiAz: boolean) =>
      zonesFor(`, production: { instanceClass: db.r7g.large, multiAz: ${multiAz} }`);
    expect((await told(account, classes(true)))[1]).toMatch(
      /^problem class db\.r7g\.large: only offered in us-east-1b/,
    );
    expect((await told(account, classes(false)))[1]).toMatch(
      /^ok class db\.r7g\.large: offered in us-east-1b, not/,
    );
  });
});

describe('the secrets of those who are told', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'rd-doctor-')), 'drills.yaml');
  afterAll(() => rmSync(dirname(file), { recursive: true, force: true }));

  test('are looked for by their names, each once, and never read', async () => {
    writeFileSync(
      file,
      `databases: { a: { source: { bucket: acme } }, b: { source: { bucket: acme } } }
notify:
  slack: { urlSecret: drill/slack }
  webhook: { urlParameter: /events/url, secretSecret: gone }
`,
    );
    const account = new FakeAccount().on({
      'SecretsManager.DescribeSecret': ({ SecretId }) => {
        if (SecretId === 'gone') throw awsError('ResourceNotFoundException');
        return {};
      },
      'SSM.GetParameter': ({ WithDecryption }) => {
        expect(WithDecryption).toBe(false);
        return {};
      },
    });
    expect(await told(account, (one) => diagnoseNotifySecrets(one, file))).toEqual([
      'ok notify slack url: the secret drill/slack is there',
      'ok notify webhook url: the parameter /events/url is there',
      'problem notify webhook secret: there is no secret gone in this region, so nobody hears of a drill there',
    ]);
  });
});
