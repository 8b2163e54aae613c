import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { allow } from './statement.ts';

/** Items are told apart by their partition key; IAM sees it as the leading key. */
const leading = (...keys: string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys.map((key) => `${key}#*`) },
});

/** Records, and which was proven last. Approvals are out of reach: they hold the key of a decision. */
export const readLedger = (table: ITable): iam.PolicyStatement =>
  allow('ReadLedger', ['dynamodb:GetItem', 'dynamodb:Query'], [table.tableArn], leading('database', 'drill'));

/** The slots of running drills, taken under a condition. */
export const takeSlots = (table: ITable): iam.PolicyStatement =>
  allow('TakeSlots', ['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn], leading('lock'));

/** The lock of a database and the drill's slot: taken and let go under a condition. */
export const lockDatabases = (table: ITable): iam.PolicyStatement =>
  allow(
    'LockDatabases',
    ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    [table.tableArn],
    leading('lock'),
  );

/** Seals a record: one transaction over the record, its pointer and the newest proven. Never deletes one. */
export const sealRecords = (table: ITable): iam.PolicyStatement =>
  allow('SealRecords', ['dynamodb:PutItem'], [table.tableArn], leading('database', 'drill'));

/** Keeps the token of a waiting approval. */
export const keepApprovals = (table: ITable): iam.PolicyStatement =>
  allow('KeepApprovals', ['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn], leading('approval'));

/** Reads what was answered: an approved restore is never removed. */
export const readApprovals = (table: ITable): iam.PolicyStatement =>
  allow('ReadApprovals', ['dynamodb:GetItem'], [table.tableArn], leading('approval'));

/** Reads an approval and uses it up. */
export const answerApprovals = (table: ITable): iam.PolicyStatement =>
  allow(
    'AnswerApprovals',
    ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    [table.tableArn],
    leading('approval'),
  );

/** What the watch remembers of the hour before, and what the sweeper reports to it. */
export const watchNotes = (table: ITable): iam.PolicyStatement =>
  allow('WatchNotes', ['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn], leading('watch'));

/** The sweeper's report, which only the watch reads. */
export const reportSweeps = (table: ITable): iam.PolicyStatement =>
  allow('ReportSweeps', ['dynamodb:PutItem'], [table.tableArn], leading('watch'));
