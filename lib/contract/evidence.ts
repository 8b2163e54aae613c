/**
 * Every document of the evidence of a drill: its file and what is in it. Stores write and read by these entries only
 * (lib/ports/evidence-store.ts), so that who writes and who reads agree by the compiler, and what was read is what it
 * says it is.
 */
import * as z from 'zod';
import type { DatabaseConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { parseDrillState } from '../domain/drill/state-schema.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { recordLine } from '../domain/record/report/json.ts';
import { recordSchema } from '../domain/record/report/record-schema.ts';
import { witnessDocument } from '../domain/witness/witness.ts';
import {
  attemptReport,
  checkPlan,
  firstWatched,
  parsedDatabaseConfig,
  preparedDatabases,
  promotionBegun,
  restoreAccount,
  storedCheckResult,
  storedProgress,
} from './evidence-documents.ts';
import { type EvidenceEntry, entryOf } from './evidence-entry.ts';

/** What the restore task needs, as "Prepare restore" wrote it down, or "Plan sandbox" for one that only reads the dump: the image of the task holds no configuration. */
export interface RestoreRequestDocument {
  state: DrillState;
  databaseConfig: DatabaseConfig;
  /** The last proven drill, where the checks run inside the restore task. */
  lastProven?: DrillRecord | null;
}

const besideState = z.object({
  databaseConfig: parsedDatabaseConfig,
  lastProven: recordSchema.nullable().exactOptional(),
});

/** Kept as the state with the configuration beside its members. */
const restoreRequest = (attempt: number): EvidenceEntry<RestoreRequestDocument> => ({
  file: `restore-request-${attempt}.json`,
  parse: (json) => ({ state: parseDrillState(json), ...besideState.parse(json) }),
  format: ({ state, ...beside }) => ({ ...state, ...beside }),
});

const state: EvidenceEntry<DrillState> = {
  file: 'state.json',
  parse: parseDrillState,
  format: (document) => document,
};

/**
 * Given back as it was stored, for its digest: a newer release may have written members that this one does not know.
 */
const record: EvidenceEntry<DrillRecord> = {
  file: 'record.json',
  parse(json) {
    recordSchema.parse(json);
    return json as DrillRecord;
  },
  format: (document) => JSON.parse(recordLine(document)),
};

/** The entries; those of one attempt of a drill take its number, from 1. */
export const evidenceOf = {
  /** The last known state of a drill in AWS: who cleans up after it starts from it. */
  state,
  restoreRequest,
  account: (attempt: number) => entryOf(`account-${attempt}`, restoreAccount),
  /** What the source said of itself when the dump of an attempt was made. */
  witness: (attempt: number) => entryOf(`witness-${attempt}`, witnessDocument),
  /** The newest progress of a restore: what `restore-drill watch` shows. */
  progress: (attempt: number) => entryOf(`progress-${attempt}`, storedProgress),
  /** What was changed in the databases so that checks see every row; undone before hand-over. */
  prepared: (attempt: number) => entryOf(`prepared-${attempt}`, preparedDatabases),
  checkPlan: (attempt: number) => entryOf(`checks-${attempt}`, checkPlan),
  /** `index` of the check in its plan, from 0. */
  checkResult: (attempt: number, index: number) => entryOf(`check-${attempt}-${index}`, storedCheckResult),
  /** What Judge said of an attempt. */
  attempt: (attempt: number) => entryOf(`attempt-${attempt}`, attemptReport),
  /** Written before a restored database is promoted. */
  promotion: entryOf('promotion', promotionBegun),
  record,
  /** Of no drill: lies under `watchId`. */
  firstWatched: (database: string) => entryOf(`first-watched-${database}`, firstWatched),
} as const;

/** Stands for a drill in the evidence of the hourly watch. */
export const watchId = 'watch';
