import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DrillConfig } from '../../domain/config/index.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { announce } from './announce.ts';
import { putEvents } from './events.ts';
import { readAndWriteEvidence, readEvidence, renewSite } from './evidence.ts';
import * as exports from './exports.ts';
import * as ledger from './ledger.ts';
import { readNotifySecrets, readStartSecrets } from './notify.ts';
import * as drills from './running-drills.ts';
import * as sandbox from './sandbox.ts';
import { signSeals } from './signing.ts';
import * as sources from './sources.ts';
import { type SharedRights, SplitPolicies } from './split-policies.ts';
import * as volumes from './volumes.ts';
import { attachToSubnets, noInterfacesForCode } from './vpc-interfaces.ts';

/** Rights that grow with the number of databases: on the sources of dumps, and on secrets of whom drills.yaml tells. */
export interface SourceRights {
  /** Lists dumps, and reads the keys of stores. */
  list: SharedRights;
  read: SharedRights;
  /** Passphrases and keys of encrypted dumps. */
  open: SharedRights;
  /** Secrets of those who are told how a drill ended. */
  notify: SharedRights;
  /** Secrets of those who are told that it begins. */
  start: SharedRights;
}

/** The right to keep an instance, which four roles have: too long for each to carry beside its others. */
export const keepingPolicies = (
  scope: Construct,
  { stack, names, config }: Pick<PermissionScope, 'stack' | 'names' | 'config'>,
): iam.IManagedPolicy[] =>
  new SplitPolicies(scope, 'KeepInstances', sandbox.keepInstances(stack, names, config), 0).rights.policies;

/** Makes them once, for every role that has them. */
export function sourceRights(scope: Construct, stack: Stack, config: DrillConfig): SourceRights {
  const rights = (id: string, statements: iam.PolicyStatement[]) =>
    new SplitPolicies(scope, id, statements).rights;
  return {
    list: rights('ListDumps', [...sources.listDumps(stack, config), ...sources.readStoreKeys(stack, config)]),
    read: rights('ReadDumps', sources.readDumps(stack, config)),
    open: rights('OpenDumps', sources.readDumpKeys(stack, config)),
    notify: rights('Notify', readNotifySecrets(stack, config)),
    start: rights('NotifyStart', readStartSecrets(stack, config)),
  };
}

/** What permissions refer to. */
interface PermissionScope {
  sources: SourceRights;
  stack: Stack;
  names: PhysicalNames;
  config: DrillConfig;
  ledger: ITable;
  evidence: IBucket;
  /** Null: without a key of the customer. */
  key: IKey | null;
  /** Null: seals are not signed. */
  signingKey: IKey | null;
  topic: Topic;
}

/**
 * Who may do what: one line per function, one word per right. Every role also carries the denials of
 * statements/never-production.ts. test/iam evaluates this table against every call that a full drill makes.
 */
export function doorPermissions(
  scope: PermissionScope & { volumeTask: volumes.VolumeTask | null },
): Record<string, iam.PolicyStatement[]> {
  const { stack, names, config } = scope;
  const evidence = readAndWriteEvidence(scope.evidence, scope.key);
  const tell = announce(scope.topic, scope.key);
  const tellEnd = [...tell, ...scope.sources.notify.statements];
  const readLedger = ledger.readLedger(scope.ledger);
  const seal = [
    readLedger,
    ledger.sealRecords(scope.ledger),
    ledger.lockDatabases(scope.ledger),
    ...signSeals(scope.signingKey),
    putEvents(stack),
    ...exports.importFindings(stack, config),
  ];
  const site = config.aws?.site === true ? renewSite(scope.evidence, config.aws.objectLock !== null) : [];
  const validate = exports.putValidationResult(config);
  const slots = ledger.takeSlots(scope.ledger);
  const list = scope.sources.list.statements;
  const read = [...list, ...scope.sources.read.statements];
  const inspect = [...read, ...scope.sources.open.statements];
  const look = sandbox.lookAtInstances;
  const offers = sandbox.askWhatRdsOffers;
  const rehearse = sandbox.rehearseRestores(stack, config);
  const make = sandbox.makeInstances(stack, names, config);
  const remove = sandbox.removeInstances(stack, names.stack);
  const removeLeftovers = sandbox.removeLeftovers(stack, names.stack);
  const answers = ledger.readApprovals(scope.ledger);
  const ask = (door: string) => [
    attachToSubnets,
    noInterfacesForCode(functionArn(stack, names, door)),
    sandbox.logInToSandboxes(stack),
  ];
  const executions = drills.lookAtExecutions(stack, names);
  const tasks = drills.lookAtTasks(stack, names);
  const stopTasks = drills.stopTasks(stack, names);
  const { volumeTask } = scope;
  const lookAtVolumes = volumeTask === null ? [] : [volumes.lookAtVolumes];
  return {
    'normalise-request': [...seal, ...evidence, executions, ...scope.sources.start.statements],
    'select-dump': [...inspect, ...evidence, readLedger],
    'thaw-dump': [...evidence, ...read, ...sources.thawDumps(stack, config)],
    'plan-sandbox': [
      ...[look, offers, drills.askTaskQuotas, ...rehearse, ...evidence],
      ...[readLedger, slots, executions, ...tell],
    ],
    'provision-sandbox': [...evidence, look, ...make, ...remove],
    'look-at-sandbox': [...evidence, look],
    'prepare-restore': [...evidence, readLedger],
    'restore-on-volume': volumeTask === null ? [] : volumes.runVolumeTasks(stack, names, volumeTask),
    'plan-checks': [...evidence, readLedger],
    'run-check': [...ask('run-check'), ...evidence],
    judge: [...evidence, ...tasks],
    'try-older-dump': [...inspect, ...evidence],
    'tear-down-sandbox': [...evidence, look, ...remove, ...stopTasks],
    'confirm-gone': [...evidence, look, ...remove, ...stopTasks, ...lookAtVolumes],
    'seal-record': [...seal, ...validate, ...evidence, ...site, ...tellEnd],
    'ask-approval': [ledger.keepApprovals(scope.ledger), ...evidence, ...tell],
    'prepare-hand-over': [...ask('prepare-hand-over'), ...evidence],
    promote: [...evidence, look],
    'look-at-promotion': [...evidence, look],
    'hand-over': [...evidence],
    'clean-up-after-abort': [
      ...[...seal, ...validate, answers, ...evidence, ...site, ...tellEnd, executions],
      ...[look, ...remove, ...stopTasks, ...lookAtVolumes],
    ],
    sweep: [
      ...[readLedger, answers, ...readEvidence(scope.evidence, scope.key), executions],
      ledger.reportSweeps(scope.ledger),
      ...[look, ...remove, ...removeLeftovers, ...stopTasks],
      ...(volumeTask === null ? [] : [volumes.lookAtVolumes, volumes.removeVolumes(stack, names)]),
    ],
    watch: [
      ...list,
      ...evidence,
      readLedger,
      ledger.watchNotes(scope.ledger),
      drills.listExecutions(stack, names),
      drills.countDeadLetters,
      ...tell,
    ],
    'answer-approval': [ledger.answerApprovals(scope.ledger), drills.answerStates(stack, names)],
  };
}

/** Managed policies of a door, beside what doorPermissions gives it. */
export function doorPolicies(
  { list, read, open, notify, start }: SourceRights,
  keep: iam.IManagedPolicy[],
): Record<string, iam.IManagedPolicy[]> {
  const inspect = [...list.policies, ...read.policies, ...open.policies];
  return {
    'normalise-request': start.policies,
    'seal-record': notify.policies,
    'select-dump': inspect,
    'try-older-dump': inspect,
    'thaw-dump': [...list.policies, ...read.policies],
    watch: list.policies,
    promote: keep,
    'look-at-promotion': keep,
    'clean-up-after-abort': [...keep, ...notify.policies],
    sweep: keep,
  };
}

/** Managed policies of the restore task. */
export const restoreTaskPolicies = ({ list, read, open }: SourceRights): iam.IManagedPolicy[] => [
  ...list.policies,
  ...read.policies,
  ...open.policies,
];

/**
 * The restore task: reads dumps, secrets and parameters, speaks SQL as the master, and reports by its token.
 *
 * @param hookRoles of hooks that it may start beside a server inside it; none: it may start nothing
 */
export function restoreTaskPermissions(
  scope: PermissionScope,
  hookRoles: readonly iam.IRole[],
): iam.PolicyStatement[] {
  const { stack, names, config } = scope;
  return [
    ...scope.sources.list.statements,
    ...scope.sources.read.statements,
    ...scope.sources.open.statements,
    ...sources.readRolePasswords(stack, config),
    ...readAndWriteEvidence(scope.evidence, scope.key),
    sandbox.readMasterPasswords(stack),
    sandbox.logInToSandboxes(stack),
    drills.reportToStates(stack, names),
    ...(hookRoles.length === 0 ? [] : drills.runHooks(stack, names, hookRoles)),
  ];
}

/** A hook's task runs the user's image: it may log in to sandboxes and nothing else. */
export const hookTaskPermissions = (scope: PermissionScope): iam.PolicyStatement[] => [
  sandbox.logInToSandboxes(scope.stack),
];

/** By its name: its role must know it before it exists. */
const functionArn = (stack: Stack, names: PhysicalNames, door: string): string =>
  stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: names.functionOf(door),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
