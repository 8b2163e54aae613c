import type { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { DrillConfig } from '../../domain/config/index.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { announce } from './announce.ts';
import { readAndWriteEvidence } from './evidence.ts';
import * as ledger from './ledger.ts';
import * as drills from './running-drills.ts';
import * as sandbox from './sandbox.ts';
import * as sources from './sources.ts';
import { attachToSubnets } from './vpc-interfaces.ts';

/** What permissions refer to. */
interface PermissionScope {
  stack: Stack;
  names: PhysicalNames;
  config: DrillConfig;
  ledger: Table;
  evidence: Bucket;
  key: Key;
  topic: Topic;
}

/**
 * Who may do what: one line per function, one word per right. Every role also carries the denials of
 * statements/never-production.ts. test/iam evaluates this table against every call that a full drill makes.
 */
export function doorPermissions(scope: PermissionScope): Record<string, iam.PolicyStatement[]> {
  const { stack, names, config } = scope;
  const evidence = readAndWriteEvidence(scope.evidence, scope.key);
  const tell = announce(scope.topic, scope.key);
  const readLedger = ledger.readLedger(scope.ledger);
  const seal = [readLedger, ledger.sealRecords(scope.ledger), ledger.lockDatabases(scope.ledger)];
  const slots = ledger.takeSlots(scope.ledger);
  const list = [...sources.listDumps(stack, config), ...sources.readStoreKeys(stack, config)];
  const read = [...list, ...sources.readDumps(stack, config)];
  const inspect = [...read, ...sources.readDumpKeys(stack, config)];
  const look = sandbox.lookAtInstances;
  const offers = sandbox.askWhatRdsOffers;
  const make = sandbox.makeInstances(stack, names.stack, config);
  const remove = sandbox.removeInstances(stack, names.stack);
  const removeLeftovers = sandbox.removeLeftovers(stack, names.stack);
  const keep = sandbox.keepInstances(stack, names.stack);
  const ask = [attachToSubnets, sandbox.logInToSandboxes(stack)];
  const executions = drills.lookAtExecutions(stack, names);
  const tasks = drills.lookAtTasks(stack, names);
  const stopTasks = drills.stopTasks(stack, names);
  return {
    'normalise-request': [...seal, ...evidence, executions],
    'select-dump': [...inspect, ...evidence, readLedger],
    'thaw-dump': [...evidence, ...read, ...sources.thawDumps(stack, config)],
    'plan-sandbox': [look, offers, drills.askTaskQuotas, ...evidence, readLedger, slots, executions, ...tell],
    'provision-sandbox': [...evidence, look, ...make, ...remove],
    'look-at-sandbox': [...evidence, look],
    'prepare-restore': [...evidence],
    'plan-checks': [...evidence, readLedger],
    'run-check': [...ask, ...evidence],
    judge: [...evidence, ...tasks],
    'try-older-dump': [...inspect, ...evidence],
    'tear-down-sandbox': [...evidence, look, ...remove, ...stopTasks],
    'confirm-gone': [...evidence, look, ...remove],
    'seal-record': [...seal, ...evidence, ...tell],
    'ask-approval': [ledger.keepApprovals(scope.ledger), ...evidence, ...tell],
    'prepare-hand-over': [...ask, ...evidence],
    promote: [...evidence, look, ...keep],
    'look-at-promotion': [...evidence, look],
    'hand-over': [...evidence],
    'clean-up-after-abort': [...seal, ...evidence, ...tell, executions, look, ...remove, ...stopTasks],
    sweep: [look, ...remove, ...removeLeftovers, ...stopTasks, executions],
    watch: [...list, ...evidence, readLedger],
    'answer-approval': [ledger.answerApprovals(scope.ledger), drills.answerStates(stack, names)],
  };
}

/** The restore task: reads dumps, secrets and parameters, speaks SQL as the master, and reports by its token. */
export function restoreTaskPermissions(scope: PermissionScope): iam.PolicyStatement[] {
  const { stack, names, config } = scope;
  return [
    ...sources.listDumps(stack, config),
    ...sources.readDumps(stack, config),
    ...sources.readStoreKeys(stack, config),
    ...sources.readDumpKeys(stack, config),
    ...sources.readRolePasswords(stack, config),
    ...readAndWriteEvidence(scope.evidence, scope.key),
    sandbox.readMasterPasswords(stack),
    sandbox.logInToSandboxes(stack),
    drills.reportToStates(stack, names),
  ];
}

/** A hook's task runs the user's image: it may log in to sandboxes and nothing else. */
export const hookTaskPermissions = (scope: PermissionScope): iam.PolicyStatement[] => [
  sandbox.logInToSandboxes(scope.stack),
];
