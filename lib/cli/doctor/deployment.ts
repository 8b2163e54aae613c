import { paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeAccountAttributesCommand } from '@aws-sdk/client-rds';
import { fargateVcpus } from '../../adapters/tasks/fargate-quota.ts';
import { restoreTaskSizes } from '../../contract/restore-task-sizes.ts';
import { formatMoment } from '../../domain/text/quantities.ts';
import { version } from '../../runtimes/version.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';
import { diagnoseSubscriptions } from './subscriptions.ts';

/** What is deployed, how its drills go, and what the account has left. */
export async function diagnoseDeployment(account: Account): Promise<Diagnosis[]> {
  const told = (error: unknown) => accountError(error, account.clients.failed);
  const looks = await Promise.all([
    diagnoseStack(account),
    deployedVersion(account),
    diagnoseSubscriptions(account),
    diagnose('RDS quotas', () => quotas(account), told),
    diagnose('Fargate vCPUs', () => taskQuota(account), told),
    ...account.stack.databases.map((database) =>
      diagnose(`last drill of ${database}`, () => lastDrill(database, account), told),
    ),
    diagnose('alarms', () => alarms(account), told),
  ]);
  return looks.flat();
}

function diagnoseStack({ stack }: Account): Diagnosis {
  const { name, accountId, region, status, deployedAt } = stack;
  const detail = `${name} in account ${accountId}, ${region}: ${status}, deployed ${formatMoment(deployedAt)}`;
  // An update that was rolled back left the former version running, which works.
  const good = /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE/.test(status);
  return good ? ok('stack', detail) : problem('stack', detail);
}

function deployedVersion({ stack }: Account): Diagnosis {
  if (stack.version === version) return ok('version', `${version} is deployed, and this is ${version}`);
  const detail = `${stack.version} is deployed, and this is ${version}; deploy this version with \`npx cdk deploy\`, or use the deployed one`;
  return problem('version', detail);
}

const quotaNames: Record<string, string> = {
  DBInstances: 'RDS instances',
  AllocatedStorage: 'RDS storage (GiB)',
};

async function quotas({ clients }: Account): Promise<Diagnosis[]> {
  const { AccountQuotas } = await (await clients.rds()).send(new DescribeAccountAttributesCommand({}));
  return (AccountQuotas ?? []).flatMap(({ AccountQuotaName = '', Used, Max }) => {
    const what = quotaNames[AccountQuotaName];
    if (what === undefined || Used === undefined || Max === undefined) return [];
    const detail = `${Used} of ${Max} are used`;
    // A sandbox is one instance; how much storage it takes depends on the dump and is looked at by every drill.
    return Used < Max ? ok(what, detail) : problem(what, `${detail}; raise the quota in Service Quotas`);
  });
}

/** The largest restore task should fit: with less, drills of large dumps take a smaller one, which is slow. */
async function taskQuota({ clients }: Account): Promise<Diagnosis> {
  const what = 'Fargate vCPUs';
  const most = await fargateVcpus(await clients.serviceQuotas());
  if (most === null) return problem(what, 'Service Quotas does not say how many (L-3032A538)');
  const largest = Math.max(...restoreTaskSizes.map(({ cpuUnits }) => cpuUnits / 1024));
  const detail = `${most} at once in this account; the largest restore task takes ${largest}`;
  return most >= largest ? ok(what, detail) : problem(what, `${detail}; raise L-3032A538 in Service Quotas`);
}

async function lastDrill(database: string, account: Account): Promise<Diagnosis> {
  const what = `last drill of ${database}`;
  const ledger = await account.ledger();
  const [newest] = await ledger.history({ database, limit: 1 });
  if (newest === undefined)
    return problem(what, `none yet; start one with \`restore-drill start ${database}${account.repeated}\``);
  const detail = `${newest.verdict} at ${formatMoment(newest.endedAt)} (${newest.drillId})`;
  if (newest.verdict === 'PROVEN') return ok(what, detail);
  const proven = await ledger.lastProven(database);
  const last = proven === null ? 'never proven' : `last proven at ${formatMoment(proven.endedAt)}`;
  return problem(what, `${detail}; ${last}`);
}

/** CloudWatch takes at most 100 names at once. */
const alarmNamesPerCall = 100;

/** Alarms of this very stack: another stack's names may begin alike, and in it may be alarms of the user. */
async function alarms({ clients, stack }: Account): Promise<Diagnosis[]> {
  const names: string[] = [];
  const client = await clients.cloudFormation();
  for await (const { StackResourceSummaries } of paginateListStackResources(
    { client },
    { StackName: stack.name },
  )) {
    for (const { ResourceType, PhysicalResourceId } of StackResourceSummaries ?? [])
      if (
        /^AWS::CloudWatch::\w*Alarm$/.test(ResourceType ?? '') &&
        PhysicalResourceId?.startsWith(`${stack.baseName}-`) === true
      )
        names.push(PhysicalResourceId);
  }
  const open: string[] = [];
  const cloudWatch = await clients.cloudWatch();
  for (let from = 0; from < names.length; from += alarmNamesPerCall) {
    const { MetricAlarms, CompositeAlarms } = await cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(from, from + alarmNamesPerCall),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        StateValue: 'ALARM',
        MaxRecords: 100,
      }),
    );
    for (const { AlarmName } of [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])])
      if (AlarmName !== undefined) open.push(AlarmName);
  }
  if (names.length === 0) return [problem('alarms', 'the stack has none; deploy it again')];
  if (open.length === 0) return [ok('alarms', `none of ${names.length} is in alarm`)];
  return open.map((name) => problem(`alarm ${name}`, 'is in alarm; see docs/runbook.md'));
}
