import type { DrillConfig, S3SourceConfig } from '../../domain/config/index.ts';
import { longestDrillGapSeconds } from '../../domain/config/overdue.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { longestStackName } from '../names/physical-names.ts';

/** What may be configured for a local run but cannot be deployed. One plain sentence each. */
export function deploymentProblems({ databases, aws }: DrillConfig): string[] {
  const problems = Object.entries(databases).flatMap(([name, { source, schedule }]) => {
    const found: string[] = [];
    const at = `databases.${name}`;
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
    if (schedule !== null && longestDrillGapSeconds(schedule) === null) {
      found.push(
        `${at}.schedule.cron: "${schedule.cron}" comes once or never, so nobody can tell when a drill is overdue – give schedule.interval`,
      );
    }
    return found;
  });
  const stackName = aws?.stackName ?? '';
  if (stackName.length > longestStackName) {
    problems.push(`aws.stackName: "${stackName}" is longer than ${longestStackName} characters`);
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

/** A database has three widgets and some 15 metrics (docs/facts.md#limits-of-a-dashboard). */
const mostOnDashboard = 100;

/** @throws DrillError CONFIG_INVALID with every problem, one per line */
export function assertDeployable(config: DrillConfig, fileName: string): void {
  const problems = deploymentProblems(config);
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
