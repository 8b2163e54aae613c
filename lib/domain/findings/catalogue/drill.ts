import type { FindingDefinition } from './definition.ts';

/** The drill itself: what it was asked, what it may do and what it keeps; a real restore included. */
export const drillFindings = {
  NO_FREE_SLOT: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The drill waited for a day while as many drills ran as may run at once.',
    hint: 'Spread the schedules, or raise `aws.maxConcurrentDrills` in drills.yaml as far as the quotas of the account go.',
  },
  NEWER_DUMP_UNPROVEN: {
    severity: 'warning',
    blames: 'drill',
    meaning: 'A newer backup exists than the proven one that is restored.',
    hint: 'Ask for it by key (`"dump": "…"`) to restore it instead, or drill it first.',
  },
  NEVER_PROVEN: {
    severity: 'warning',
    blames: 'drill',
    meaning: 'No backup of this database was ever proven, so the newest one is restored.',
    hint: 'Read the verdict before you approve; drill the database on a schedule from now on.',
  },
  RESTORE_DECLINED: {
    severity: 'info',
    blames: 'drill',
    meaning: 'The restored database was declined, or nobody approved it in time, and was torn down.',
    hint: 'Start the restore again when it is wanted.',
  },
  HAND_OVER_REFUSED: {
    severity: 'error',
    blames: 'sandbox',
    meaning:
      'The restored database is kept, but what the checks changed in it could not all be put back: row level security of the named tables is not forced for their owner, and the master may have to log in by IAM token.',
    hint: 'As the master, run `ALTER TABLE … FORCE ROW LEVEL SECURITY` on each named table, then `REVOKE rds_iam FROM` the master: until then its password is not accepted.',
  },
  PROMOTION_FAILED: {
    severity: 'error',
    blames: 'sandbox',
    meaning: 'The restored database is kept, but not everything of its promotion came off.',
    hint: 'The instance is yours and is not deleted by anything; finish the named changes by hand.',
  },
  WITNESS_NOT_TAKEN: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The dump was made, but no witness of its source.',
    hint: 'The dump is as good as without it; read the reason and take the next one with a witness.',
  },
  REQUEST_INVALID: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The request could not be understood.',
    hint: 'See the usage of `restore-drill run` or docs/runbook.md for the fields of a request.',
  },
  CONFIG_INVALID: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The configuration has mistakes.',
    hint: 'Correct the lines named in the message.',
  },
  DRILL_ALREADY_RUNNING: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'Another drill of the same database is running.',
    hint: 'Wait for it, or run `restore-drill sweep` if it died.',
  },
  INTERRUPTED: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The drill was interrupted before it could reach a verdict.',
    hint: 'Start it again.',
  },
  STATE_UNREADABLE: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The document that travels through the state machine was not one that this version reads.',
    hint: 'Start the drill again. When it began before a deployment, deploy the version that it began with and redrive the execution.',
  },
  EVIDENCE_UNREADABLE: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A document among the evidence of the drill is not what a step before it should have left.',
    hint: 'Start the drill again; nothing but restore-drill may change the evidence of a running drill.',
  },
  STEP_TIMED_OUT: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A step took longer than its limit.',
    hint: 'Look at the phase that ran last; raise its limit in drills.yaml if the work is legitimate.',
  },
  LEDGER_UNWRITABLE: {
    severity: 'warning',
    blames: 'drill',
    meaning: 'The ledger could not be written, so this drill is missing from the history.',
    hint: 'Give the user who runs drills write access to the folder of the ledger, or choose another folder with `--state-dir`.',
  },
  LEDGER_UNREADABLE: {
    severity: 'warning',
    blames: 'drill',
    meaning:
      'The ledger, or some lines of it, could not be read; trends and row drops may miss earlier drills.',
    hint: 'Check the permissions of the ledger; a line cut off by a crash can be removed by hand.',
  },
  EVIDENCE_UNWRITABLE: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The folder for the evidence of the drill could not be written.',
    hint: 'Give the user who runs drills write access to the folder and free disk space.',
  },
  SEAL_UNSIGNED: {
    severity: 'warning',
    blames: 'drill',
    meaning:
      'There is a key to sign records with, and it could not be used: the record and its reports are unsigned.',
    hint: 'See that the key file is a private key in PEM that this user may read; in AWS, that the key of the stack is enabled and the functions may use it.',
  },
  INTERNAL_ERROR: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'restore-drill itself failed.',
    hint: 'Please report it with the record; `--json` holds everything except your data.',
  },
} as const satisfies Record<string, FindingDefinition>;
