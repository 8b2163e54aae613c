import * as z from 'zod';
import { defaultMaxRatio, defaultMaxStatementBytes } from '../recovery/dump-limits.ts';
import { byteSize, duration, flag, matching } from './field-types.ts';

/** V8 makes no longer string. */
const longestStatementBytes = 512 * 1024 ** 2 - 24;

/** `restore:` of a database. */
export const restore = z
  .strictObject({
    connections: z.int().min(1).max(64).optional().meta({
      description: 'Parallel connections. Default: one per processor of this machine (2 to 8); 4 in AWS.',
    }),
    createMissingRoles: flag(
      'Create roles that the dump names but does not define, without login. Default true.',
    ).optional(),
    allowCreate: flag(
      'Restore a dump that creates its own database (pg_dump --create). Default false.',
    ).optional(),
    keepOrder: z
      .array(matching(/^[^.]+\..+$/, 'schema.table', 'write e.g. public.ledger'))
      .optional()
      .meta({
        description: 'Tables (`schema.table`) whose rows are loaded on one connection in their order.',
      }),
    timeout: duration(60).optional().meta({ description: 'Longest time for the restore. Default 6h.' }),
    maxStatement: byteSize()
      .refine((bytes) => bytes <= longestStatementBytes, 'it must be at most 512MiB')
      .optional()
      .meta({
        description:
          'Longest statement of a dump that is restored; rows of COPY do not count. It takes about three times its size in memory. Default 32MiB, at most 512MiB.',
      }),
    maxRatio: z.int().min(1).optional().meta({
      description:
        'How many bytes one stored byte of a compressed dump, or of a compressed part of an archive, may hold; counts beyond 4 GiB. Default 10000.',
    }),
    entryTimeout: duration(1).optional().meta({
      description:
        'An entry of the dump (rows of a table, an index, a key …) that makes no progress on the server for this long is ended, and the drill does not prove. Default 30m in AWS, 5m on this machine.',
    }),
  })
  .transform((written) => ({
    connections: written.connections ?? null,
    createMissingRoles: written.createMissingRoles ?? true,
    allowCreate: written.allowCreate ?? false,
    keepOrder: written.keepOrder ?? [],
    timeoutSeconds: written.timeout ?? 6 * 3600,
    entryTimeoutSeconds: written.entryTimeout ?? null,
    maxStatementBytes: written.maxStatement ?? defaultMaxStatementBytes,
    maxRatio: written.maxRatio ?? defaultMaxRatio,
  }));

/** How a dump is restored. Null: not given. */
export type RestoreConfig = z.output<typeof restore>;

/** Where nobody says and the processors of the sandbox are not ours to count. */
const connectionsElsewhere = 4;

/** In AWS, where disks and other tenants make a server stand still for longer. */
const entryTimeoutElsewhereSeconds = 1800;

/** Seconds without progress after which an entry is ended. */
export const entryTimeoutOf = ({ entryTimeoutSeconds }: RestoreConfig): number =>
  entryTimeoutSeconds ?? entryTimeoutElsewhereSeconds;

/** Parallel connections of a restore. */
export const connectionsOf = ({ connections }: RestoreConfig): number => connections ?? connectionsElsewhere;
