import {
  type CommandsConfig,
  type DrillConfig,
  type NotifyConfig,
  notifySecrets,
  type ProductionConfig,
  type S3SourceConfig,
} from '../../domain/config/index.ts';
import { longestDrillGapSeconds } from '../../domain/config/overdue.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { longestStackName } from '../names/physical-names.ts';

/** What may be configured for a local run but cannot be deployed. One plain sentence each. */
export function deploymentProblems({ databases, notify, aws }: DrillConfig): string[] {
  const problems = Object.entries(databases).flatMap(([name, { source, schedules, production }]) => {
    const at = `databases.${name}`;
    const found = aws?.network == null ? otherVpc(`${at}.production`, production) : [];
    if (source.kind === 'folder') {
      found.push(`${at}.source: a folder cannot be drilled in AWS – give a bucket`);
    } else if (source.endpointUrl !== null && source.credentialsSecret === null) {
      found.push(
        `${at}.source: an S3-compatible store needs keys – give credentialsSecret, a secret in Secrets Manager`,
      );
    }
    const { decrypt } = source;
    const isGiven = (...places: (string | null)[]): boolean => places.some((place) => place !== null);
    if (
      isGiven(decrypt.passphraseEnv, decrypt.passphraseFile) &&
      !isGiven(decrypt.passphraseParameter, decrypt.passphraseSecret)
    ) {
      found.push(
        `${at}.source.decrypt: AWS has no environment or files of yours – give passphraseParameter or passphraseSecret`,
      );
    }
    if (isGiven(decrypt.keyEnv, decrypt.keyFile) && !isGiven(decrypt.keyParameter, decrypt.keySecret)) {
      found.push(
        `${at}.source.decrypt: AWS has no environment or files of yours – give keyParameter or keySecret`,
      );
    }
    found.push(...commandProblems(at, source.physical?.commands ?? null));
    for (const schedule of schedules.filter((one) => longestDrillGapSeconds(one) === null)) {
      found.push(
        `${at}.schedule.cron: "${schedule.cron}" comes once or never, so nobody can tell when a drill is overdue – give schedule.interval`,
      );
    }
    return found;
  });
  problems.push(...notifyProblems(notify, databases));
  const stackName = aws?.stackName ?? '';
  if (stackName.length > longestStackName) {
    problems.push(`aws.stackName: "${stackName}" is longer than ${longestStackName} characters`);
  }
  if (aws?.network && aws.availabilityZones !== null) {
    problems.push(
      'aws.availabilityZones: it stands beside aws.network, whose subnets have their zones already – leave one of them out',
    );
  }
  for (const approver of aws?.approvers ?? []) {
    if (isOfIdentityCenter(approver)) {
      problems.push(
        `aws.approvers: ${approver} is a role of IAM Identity Center, which nobody but AWS may attach a policy to – leave it out, and add the customer managed policy ${aws?.stackName}-approver to its permission set`,
      );
    }
  }
  if (aws?.dashboard === true && !aws.databaseMetrics) {
    problems.push('aws.dashboard: it draws metrics of each database – set aws.databaseMetrics: true as well');
  }
  const count = Object.keys(databases).length;
  if (aws?.dashboard === true && count > mostOnDashboard) {
    problems.push(
      `aws.dashboard: ${count} databases are more than the ${mostOnDashboard} that CloudWatch takes on one dashboard`,
    );
  }
  return problems;
}

/** Secrets of this machine are none of AWS. */
function commandProblems(at: string, commands: CommandsConfig | null): string[] {
  return Object.entries(commands?.environment ?? {}).flatMap(([name, one]) =>
    'value' in one || one.parameter !== null || one.secret !== null
      ? []
      : [
          `${at}.source.physical.commands.environment.${name}: AWS has no environment or files of yours – give parameter or secret`,
        ],
  );
}

/** What the image that is built here holds of what commands may begin with. */
const programsOfImage: ReadonlySet<string> = new Set(['pgbackrest', 'sh', 'node']);

/**
 * Commands that no image of the restore task would have. One plain sentence each.
 * @param sandboxImage URI of a ready image (`-c sandboxImage`); null: one is built
 */
export function imageProblems({ databases }: DrillConfig, sandboxImage: string | null): string[] {
  if (sandboxImage !== null) return [];
  return Object.entries(databases).flatMap(([name, { source }]) => {
    const { fetch, restore, list } = source.physical?.commands ?? { fetch: [], restore: [], list: null };
    const programs = [fetch[0], restore[0], list?.[0]].filter((one) => one !== undefined);
    const absent = [...new Set(programs)].filter(
      (one) => !programsOfImage.has(one.replace(/^(\/usr)?\/bin\//, '')),
    );
    return absent.length === 0
      ? []
      : [
          `databases.${name}.source.physical.commands: the image that is built holds no ${absent.join(', ')} – build one from target \`sandbox\` of containers/restore with it, and give -c sandboxImage=URI`,
        ];
  });
}

/** Told once for the file, and for each database that differs from it. */
function notifyProblems(general: NotifyConfig, databases: DrillConfig['databases']): string[] {
  const ofGeneral = undeployableTargets(general);
  const ofDatabases = Object.entries(databases).flatMap(([name, { notify }]) =>
    undeployableTargets(notify)
      .filter((problem) => !ofGeneral.includes(problem))
      .map((problem) => `databases.${name}.notify.${problem}`),
  );
  return [...ofGeneral.map((problem) => `notify.${problem}`), ...ofDatabases];
}

function undeployableTargets(notify: NotifyConfig): string[] {
  const textfile =
    notify.prometheus === null
      ? []
      : [
          'prometheus: a textfile needs a machine with node_exporter, which AWS has not – leave it out, and set aws.databaseMetrics: true for metrics in CloudWatch',
        ];
  const unreadable = notifySecrets(notify)
    .filter(({ places }) => places.parameter === null && places.secret === null)
    .map(
      ({ target, what }) =>
        `${target}: AWS has no environment or files of yours – give ${what}Parameter or ${what}Secret`,
    );
  return [...textfile, ...unreadable];
}

/** Roles of permission sets (docs/facts.md#roles-of-iam-identity-center). */
const isOfIdentityCenter = (arn: string): boolean => arn.includes(':role/') && /\bAWSReservedSSO_/.test(arn);

/** Security groups and subnet groups of yours lie in a VPC of yours, and an instance of the stack's own VPC takes neither. */
function otherVpc(at: string, { securityGroups, subnetGroup }: ProductionConfig): string[] {
  const given = [
    ...(securityGroups.length > 0 ? ['securityGroups'] : []),
    ...(subnetGroup === null ? [] : ['subnetGroup']),
  ];
  return given.map(
    (key) =>
      `${at}.${key}: without aws.network a restored instance lies in the stack's own VPC, where nothing of yours is – give aws.network, or leave it out and connect the VPCs`,
  );
}

/** A database has three widgets and some 15 metrics (docs/facts.md#limits-of-a-dashboard). */
const mostOnDashboard = 100;

/** @throws DrillError CONFIG_INVALID with every problem, one per line */
export function assertDeployable(config: DrillConfig, fileName: string, sandboxImage: string | null): void {
  const problems = [...deploymentProblems(config), ...imageProblems(config, sandboxImage)];
  if (problems.length === 0) return;
  throw new DrillError('CONFIG_INVALID', problems.map((problem) => `${fileName} ${problem}`).join('\n'), {
    hint: 'These are fine for `restore-drill run`, but not for a deployment; docs/configuration.md lists every key.',
  });
}

/** The source of a database of a deployable configuration. */
export function bucketOf(source: DrillConfig['databases'][string]['source']): S3SourceConfig {
  if (source.kind === 's3') return source;
  throw new DrillError('CONFIG_INVALID', 'a folder cannot be drilled in AWS', {
    hint: 'Call assertDeployable first.',
    fault: 'us',
  });
}
