import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { readDeployableConfig } from '../infra/config/deployable-config.ts';
import { deploymentSummary } from '../infra/config/deployment-summary.ts';
import { DrillSystem } from '../infra/drill-system.ts';
import { bringFeatureFlags } from '../infra/feature-flags.ts';
import { layOut } from '../infra/laid-out.ts';
import { assertStackWithinLimits } from '../infra/limits/stack-limits.ts';
import { runbookOfVersion, version } from '../infra/release.ts';
import type { DrillsFile } from './drills-file.ts';

/** What a deployment of restore-drill is made of. Only `drills` is needed. */
export interface RestoreDrillProps {
  /**
   * Which databases to drill and what they must prove: path of a drills.yaml, or what would stand in it. A path that is
   * not absolute begins at the folder the app is started in. The values must be known at synth: a bucket is given by its
   * name.
   *
   * @example 'drills.yaml'
   * @example { databases: { shop: { source: { bucket: 'acme-backups', prefix: 'postgres/' } } } }
   */
  readonly drills: DrillsFile | string;

  /**
   * Processor that the restore task runs on, and that its image is built for.
   *
   * @default 'arm64'
   */
  readonly processor?: 'arm64' | 'x86_64' | undefined;

  /**
   * URI of a ready image of the restore task, for those without Docker; it must be of this version.
   *
   * @default - built by the CDK from the recipe in this package, which takes Docker or what CDK_DOCKER names
   */
  readonly restoreImage?: string | undefined;

  /**
   * URI of a ready image of the restore task with PostgreSQL servers in it (target `sandbox` of the recipe). Used where a
   * database is drilled inside the task.
   *
   * @default - built by the CDK like `restoreImage`
   */
  readonly sandboxImage?: string | undefined;

  /**
   * Address of the page that alarms and messages lead to.
   *
   * @default - the runbook of this version at GitHub
   */
  readonly runbook?: string | undefined;

  /**
   * Concurrent invocations reserved for the function behind the links of approvals, a whole number from 1 to 9999. New
   * accounts cannot reserve any.
   *
   * @default - none is reserved
   */
  readonly approvalConcurrency?: number | undefined;

  /**
   * Path of a PEM file with AWS's certificates of RDS for a region whose certificates do not travel with this version,
   * e.g. of GovCloud.
   *
   * @default - the certificates of the regions that this version knows
   */
  readonly rdsCertificates?: string | undefined;
}

/**
 * Restores your PostgreSQL backups on a schedule, asks the restored data, records the verdict and tells you: the whole
 * system as one construct, for a stack of yours. Functions and the recipe of the restore image come ready with the
 * package.
 *
 * A stack holds one at most, because the command line finds it by the outputs of the stack (`restore-drill doctor --stack
 * NAME`). Names in the account begin with `aws.stackName` of the configuration, so that two in one account and region
 * each need their own.
 *
 * @example new RestoreDrill(stack, 'RestoreDrill', { drills: 'drills.yaml' });
 * @throws Error with every problem of the configuration, one per line, at construction; and at synth where the stack is
 *   larger than AWS takes
 */
export class RestoreDrill extends Construct {
  /** Runs drills and real restores; the schedules of `drills` start it, and so may you. */
  readonly stateMachine: IStateMachine;
  /** Records, approvals and locks; kept when the stack is deleted. */
  readonly ledger: ITable;
  /** Evidence and reports of each drill; kept when the stack is deleted. */
  readonly evidenceBucket: IBucket;
  /** Key of the customer over evidence and notifications; undefined unless `aws.customerKey` or `aws.kept.key` asks for one. */
  readonly evidenceKey: IKey | undefined;
  /** Where failures, recoveries and requests for approval are told. Subscribe to it. */
  readonly topic: ITopic;
  /** What could not be started or delivered; the watch tells when something lies here. */
  readonly deadLetterQueue: IQueue;
  /** What this deployment will do by itself and what it will not, as lines of text, for a person at a terminal. */
  readonly summary: string;

  constructor(scope: Construct, id: string, props: RestoreDrillProps) {
    super(scope, id);
    bringFeatureFlags(this);
    const config = readDeployableConfig(props.drills, props.sandboxImage ?? null);
    const system = new DrillSystem(this, 'Default', {
      config,
      ...layOut(this, config, props),
      processor: props.processor ?? 'arm64',
      approvalConcurrency: props.approvalConcurrency ?? null,
      runbook: props.runbook ?? runbookOfVersion,
      version,
    });
    this.stateMachine = system.stateMachine;
    this.ledger = system.ledger;
    this.evidenceBucket = system.evidence;
    this.evidenceKey = system.key ?? undefined;
    this.topic = system.topic;
    this.deadLetterQueue = system.deadLetters;
    this.summary = deploymentSummary(config);
    this.node.addValidation({
      validate: () => {
        assertStackWithinLimits(Stack.of(this), Object.keys(config.databases).length);
        return [];
      },
    });
  }
}
