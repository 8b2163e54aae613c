import * as z from 'zod';
import { byteSize, duration, flag, matching, namePattern, timezone } from './field-types.ts';
import { recoverTo, writtenRecoverTo } from './recover-to.ts';

const environmentName = matching(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable',
  'give its name, never the secret itself',
);
export const ssmParameterName = matching(
  /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
  'the name of an SSM parameter',
  'write e.g. /prod/app/password',
);

const secretFile = z.string().min(1);
const secretName = z.string().min(1);

const decrypt = z
  .strictObject({
    passphraseEnv: environmentName
      .optional()
      .meta({ description: 'Environment variable with the passphrase (local runs).' }),
    passphraseFile: secretFile.optional().meta({
      description: 'File whose first line is the passphrase, relative to this file (local runs).',
    }),
    passphraseParameter: ssmParameterName
      .optional()
      .meta({ description: 'SSM SecureString with the passphrase (AWS).' }),
    passphraseSecret: secretName
      .optional()
      .meta({ description: 'Secret of Secrets Manager with the passphrase (AWS).' }),
    keyEnv: environmentName
      .optional()
      .meta({ description: 'Environment variable with the private key (local runs).' }),
    keyFile: secretFile
      .optional()
      .meta({ description: 'File with the private key, relative to this file (local runs).' }),
    keyParameter: ssmParameterName
      .optional()
      .meta({ description: 'SSM SecureString with the private key (AWS).' }),
    keySecret: secretName
      .optional()
      .meta({ description: 'Secret of Secrets Manager with the private key (AWS).' }),
  })
  .meta({
    description:
      'Keys of encrypted dumps, base backups and WAL. The passphrase is that of `openssl enc -aes-256-cbc -pbkdf2`, `age -p` or `gpg -c`, or unlocks the private key; the private key is an identity of age or an armored private key of OpenPGP.',
  });

const physical = z
  .strictObject({
    wal: z
      .strictObject({
        prefix: z.string().min(1).meta({
          description:
            'What the keys of archived WAL begin with, below the prefix or folder of the source: `wal/`, or `wal_archive_` where both lie side by side.',
        }),
      })
      .optional()
      .meta({ description: 'The archived WAL, where no `tool` tells where it lies.' }),
    tool: z.literal('pgbackrest').optional().meta({
      description:
        'The source is a repository of pgBackRest, the folder or prefix with `archive/` and `backup/` in it. Its passphrase (`repo-cipher-pass`) is that of `decrypt`.',
    }),
    stanza: matching(/^[A-Za-z0-9_.-]+$/, 'the name of a stanza', 'write it as in pgbackrest.conf')
      .optional()
      .meta({ description: 'Stanza of the repository, with `tool`.' }),
    maxLag: duration().optional().meta({
      description:
        'How old the newest archived WAL may be before the hourly watch tells that archiving has stopped (AWS), e.g. `1h`. Default: the RPO and a quarter of an hour. A server that nobody writes to archives nothing: give more where nights are quiet.',
    }),
    recoverTo: writtenRecoverTo.optional(),
    fullSnapshot: flag(
      'True when the base backup is a snapshot of a whole volume at one instant, which has no backup_label. Never true of a copy of files.',
    ).optional(),
  })
  .superRefine(({ wal, tool, stanza }, problems) => {
    const isTool = tool !== undefined && stanza !== undefined && wal === undefined;
    const isPlain = wal !== undefined && tool === undefined && stanza === undefined;
    if (isTool || isPlain) return;
    problems.addIssue({
      code: 'custom',
      message:
        'it is not clear where the WAL lies\u0001give `wal.prefix`, or `tool` and `stanza` of a repository',
    });
  })
  .meta({
    description:
      'The source holds base backups and archived WAL, not dumps. `pattern` names the base backups, e.g. `basebackup/{timestamp}/`.',
  });

const commonSource = {
  physical: physical.optional(),
  pattern: namePattern(
    'Names of dumps below the prefix or folder, e.g. `cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz`. Without it anything that could be a dump is taken.',
  ).optional(),
  timezone: timezone()
    .optional()
    .meta({ description: 'IANA timezone of timestamps without an offset. Default UTC.' }),
  minBytes: byteSize()
    .optional()
    .meta({ description: 'Smaller dumps are refused, e.g. `1MB`. Default: only empty ones.' }),
  maxAge: duration().optional().meta({ description: 'Largest age of the newest dump, e.g. `26h`.' }),
  interval: duration()
    .optional()
    .meta({ description: 'How often the backup job writes a dump; for the worst-case loss.' }),
  decrypt: decrypt.optional(),
  member: z.string().min(1).optional().meta({
    description:
      'Name of the dump inside its tar or zip, e.g. `db/database.sql.gz`; `*` stands for anything within a folder. Without it the only dump in there is taken.',
  }),
};

const bucketSource = {
  bucket: matching(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'a bucket name',
    'give the name alone, without s3:// and without a prefix',
  ).meta({ description: 'Bucket of the dumps.' }),
  prefix: z.string().optional().meta({
    description: 'Folder in the bucket, e.g. `postgres/`. Patterns and companions are relative to it.',
  }),
  region: matching(/^[a-z0-9-]+$/, 'a region', 'write e.g. eu-west-1, or auto for Cloudflare R2')
    .optional()
    .meta({ description: 'Region of the bucket; `auto` for Cloudflare R2.' }),
  endpointUrl: z
    .string()
    .superRefine((text, problems) => {
      const url = URL.canParse(text) ? new URL(text) : null;
      // The value is not shown: people paste keys into URLs.
      const bad =
        url === null || !/^https?:$/.test(url.protocol)
          ? 'the endpoint is not an http or https URL'
          : url.username !== '' || url.password !== '' || url.search !== ''
            ? 'the endpoint carries credentials or a query'
            : null;
      if (bad !== null)
        problems.addIssue({
          code: 'custom',
          message: `${bad}\u0001write e.g. https://ACCOUNT.r2.cloudflarestorage.com`,
        });
    })
    .optional()
    .meta({ description: 'Endpoint of an S3-compatible store.' }),
  pathStyle: flag(
    'Bucket in the path instead of the host name. Default true with an endpoint, else false.',
  ).optional(),
  credentialsSecret: z.string().min(1).optional().meta({
    description:
      'Secrets Manager secret with `accessKeyId` and `secretAccessKey` for an S3-compatible store (AWS only).',
  }),
  expectedBucketOwner: matching(/^\d{12}$/, 'an account id', 'write its twelve digits in quotes')
    .optional()
    .meta({ description: 'Account that must own the bucket.' }),
};

const folderSource = {
  folder: z.string().min(1).meta({ description: 'Folder of the dumps, relative to this file.' }),
};

const bucketSchema = z.strictObject({ ...bucketSource, ...commonSource });
const folderSchema = z.strictObject({ ...folderSource, ...commonSource });

/** Source as it may stand in the file: what is missing may come from `defaults`. */
export const writtenSource = z
  .union([bucketSchema.partial(), folderSchema])
  .meta({ description: 'Where the dumps lie: a bucket or a folder.' });

/** Source after defaults, with units in names. */
export const sourceSchema = z.union([
  bucketSchema.transform(({ bucket, prefix, region, endpointUrl, pathStyle, ...rest }) => ({
    kind: 's3' as const,
    bucket,
    prefix: normalisePrefix(prefix ?? ''),
    region: region ?? null,
    endpointUrl: endpointUrl ?? null,
    pathStyle: pathStyle ?? endpointUrl !== undefined,
    credentialsSecret: rest.credentialsSecret ?? null,
    expectedBucketOwner: rest.expectedBucketOwner ?? null,
    ...common(rest),
  })),
  folderSchema.transform(({ folder, ...rest }) => ({ kind: 'folder' as const, folder, ...common(rest) })),
]);

/** Where dumps lie and which of them count. Sizes in bytes, durations in seconds; null: not given. */
export type SourceConfig = z.output<typeof sourceSchema>;
export type S3SourceConfig = Extract<SourceConfig, { kind: 's3' }>;

/** Of dumps that are not encrypted. */
export const noKeys: SourceConfig['decrypt'] = {
  passphraseEnv: null,
  passphraseFile: null,
  passphraseParameter: null,
  passphraseSecret: null,
  keyEnv: null,
  keyFile: null,
  keyParameter: null,
  keySecret: null,
};

/** A prefix is a folder: no slash before it, one after it, so that `postgres` does not take in `postgres-old/`. */
function normalisePrefix(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** Where base backups and WAL lie, below the prefix of the source. */
function placesOf({ wal, stanza }: z.output<typeof physical>): { basePrefix: string; walPrefix: string } {
  return wal === undefined
    ? { basePrefix: `backup/${stanza}/`, walPrefix: `archive/${stanza}/` }
    : { basePrefix: '', walPrefix: wal.prefix.replace(/^\/+/, '') };
}

function common(written: z.output<typeof folderSchema> | Omit<z.output<typeof folderSchema>, 'folder'>) {
  return {
    pattern: written.pattern ?? null,
    timezone: written.timezone ?? 'UTC',
    minBytes: written.minBytes ?? 0,
    maxAgeSeconds: written.maxAge ?? null,
    intervalSeconds: written.interval ?? null,
    decrypt: {
      passphraseEnv: written.decrypt?.passphraseEnv ?? null,
      passphraseFile: written.decrypt?.passphraseFile ?? null,
      passphraseParameter: written.decrypt?.passphraseParameter ?? null,
      passphraseSecret: written.decrypt?.passphraseSecret ?? null,
      keyEnv: written.decrypt?.keyEnv ?? null,
      keyFile: written.decrypt?.keyFile ?? null,
      keyParameter: written.decrypt?.keyParameter ?? null,
      keySecret: written.decrypt?.keySecret ?? null,
    },
    member: written.member ?? null,
    physical:
      written.physical === undefined
        ? null
        : {
            ...placesOf(written.physical),
            maxLagSeconds: written.physical.maxLag ?? null,
            recoverTo: recoverTo(written.physical.recoverTo),
            fullSnapshot: written.physical.fullSnapshot ?? false,
          },
  };
}
