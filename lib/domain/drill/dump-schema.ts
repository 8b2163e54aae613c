import * as z from 'zod';
import { type DumpHeader, type SelectedDump, wrappings } from '../backup/dump.ts';
import type { DumpCandidate } from '../backup/dump-selection.ts';
import { timestampPrecisions } from '../time/timestamp-format.ts';

/** Dumps as they travel in the document of the state machine; see state-schema.ts. */

const header: z.ZodType<DumpHeader> = z.looseObject({
  format: z.looseObject({
    layout: z.enum(['plain', 'cluster', 'custom', 'tar', 'directory', 'base backup']),
    wrappings: z.array(z.enum(wrappings)),
    archiveVersion: z.string().nullable(),
  }),
  serverVersion: z.string().nullable(),
  dumpVersion: z.string().nullable(),
  majorVersion: z.number().nullable(),
  encoding: z.string().nullable(),
  database: z.string().nullable(),
  consistencyPoint: z.string().nullable(),
  globalsOnly: z.literal(true).exactOptional(),
  endedAt: z.string().exactOptional(),
  recoveredSize: z
    .looseObject({ baseBytes: z.number(), walBytes: z.number(), spooledWalBytes: z.number() })
    .exactOptional(),
});

/** The dump in hand. */
export const selectedDump: z.ZodType<SelectedDump> = z.looseObject({
  key: z.string().min(1),
  directory: z.boolean(),
  parts: z.number().int().positive().exactOptional(),
  sizeBytes: z.number(),
  uploadedAt: z.string(),
  uploadStampedByStore: z.literal(true).exactOptional(),
  etag: z.string().exactOptional(),
  versionId: z.string().exactOptional(),
  nameTimestamp: z.string().nullable(),
  nameTimestampEnd: z.string().nullable(),
  archivedIn: z.string().exactOptional(),
  expectedSha256: z.string().nullable(),
  header,
});

/** An older one that a walk-back may try. */
export const dumpCandidate: z.ZodType<DumpCandidate> = z.looseObject({
  key: z.string().min(1),
  sizeBytes: z.number(),
  modifiedAt: z.string(),
  etag: z.string().exactOptional(),
  versionId: z.string().exactOptional(),
  archivedIn: z.string().exactOptional(),
  directory: z.boolean(),
  parts: z.number().int().positive().exactOptional(),
  unfinished: z.string().nullable(),
  nameTimestamp: z
    .looseObject({
      startsAt: z.string(),
      endsAt: z.string(),
      precision: z.enum(timestampPrecisions),
    })
    .nullable(),
  sidecarKey: z.string().nullable(),
  witnessKey: z.string().exactOptional(),
});
