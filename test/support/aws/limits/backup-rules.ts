import { matching, member, oneOf, type Rule } from './rules.ts';

const put = ['PutRestoreValidationResult'];

/** Enumerations of the service model of AWS Backup, and an id that is one segment of the path. */
export const backupRules: Rule[] = [
  member(put, 'RestoreJobId', matching(/^[\w-]+$/, 'the id of a job')),
  member(put, 'ValidationStatus', oneOf('FAILED', 'SUCCESSFUL', 'TIMED_OUT', 'VALIDATING')),
];
