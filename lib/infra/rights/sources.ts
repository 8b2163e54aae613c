import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DrillConfig } from '../../domain/config/index.ts';
import { bucketOf } from '../config/deployability.ts';
import { readParameters, readSecrets } from './secrets.ts';
import { allow, viaService } from './statement.ts';

const bucketArn = (stack: Stack, bucket: string): string =>
  stack.formatArn({
    service: 's3',
    region: '',
    account: '',
    resource: bucket,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });

/** Buckets of AWS that hold dumps, with the prefixes in use. S3-compatible stores know nothing of IAM. */
function dumpBuckets(config: DrillConfig): Map<string, Set<string>> {
  const prefixes = new Map<string, Set<string>>();
  for (const { source } of Object.values(config.databases)) {
    const { bucket, prefix, endpointUrl } = bucketOf(source);
    if (endpointUrl !== null) continue;
    prefixes.set(bucket, (prefixes.get(bucket) ?? new Set()).add(prefix));
  }
  return prefixes;
}

const objectArns = (stack: Stack, config: DrillConfig): string[] =>
  [...dumpBuckets(config)].flatMap(([bucket, prefixes]) =>
    [...prefixes].map((prefix) => `${bucketArn(stack, bucket)}/${prefix}*`),
  );

/**
 * Lists dumps below the configured prefixes. "IfExists", because S3 also asks for this right when an object is not
 * there: refused, it would answer 403 for a dump that was deleted, and a missing checksum would look like a lack of
 * rights (docs/facts.md#an-object-that-is-not-there).
 */
export function listDumps(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  return layoutsOf(config).map(({ prefixes, buckets }, index) =>
    allow(
      `ListDumps${index + 1}`,
      ['s3:ListBucket'],
      buckets.map((bucket) => bucketArn(stack, bucket)),
      // A database at the top of its bucket sees all of it.
      prefixes.includes('')
        ? {}
        : { StringLikeIfExists: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
    ),
  );
}

interface Layout {
  prefixes: string[];
  buckets: string[];
}

/** A statement for each layout while there are few; each takes some 250 characters. */
const mostLayouts = 10;
/** Layouts in one statement where there are many. */
const layoutsTogether = 20;

/**
 * Buckets with the very same prefixes, together: most users have one layout. Where there are many, some share a statement,
 * and names of keys may be listed below the configured prefixes of each other; objects are read only below their own.
 */
function layoutsOf(config: DrillConfig): Layout[] {
  const groups = new Map<string, Layout>();
  for (const [bucket, set] of dumpBuckets(config)) {
    const prefixes = [...set].sort();
    const group = groups.get(JSON.stringify(prefixes)) ?? { prefixes, buckets: [] };
    group.buckets.push(bucket);
    groups.set(JSON.stringify(prefixes), group);
  }
  const layouts = [...groups.values()];
  if (layouts.length <= mostLayouts) return layouts;
  // A bucket that is open from its top stays in a statement of its own: no other one shall be opened by it.
  const open = layouts.filter(({ prefixes }) => prefixes.includes(''));
  const narrow = layouts.filter(({ prefixes }) => !prefixes.includes(''));
  const joined: Layout[] = [];
  for (let from = 0; from < narrow.length; from += layoutsTogether) {
    const some = narrow.slice(from, from + layoutsTogether);
    joined.push({
      prefixes: [...new Set(some.flatMap(({ prefixes }) => prefixes))],
      buckets: some.flatMap(({ buckets }) => buckets),
    });
  }
  const opened = open.flatMap(({ buckets }) => buckets);
  return opened.length === 0 ? joined : [...joined, { prefixes: [''], buckets: opened }];
}

/** More buckets than this are not named in the condition on keys. */
const mostNamedBuckets = 20;

/**
 * Reads dumps and what lies beside them. The key of a bucket is the user's and unknown here: any key, but only through
 * S3 and only for objects of these buckets (their ARN is the encryption context; with bucket keys it is the bucket's).
 * S3 decrypts what a request may read, and nothing else, so that many buckets need not be named a second time.
 */
export function readDumps(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  const objects = objectArns(stack, config);
  const own = [...dumpBuckets(config).keys()];
  return own.length === 0
    ? []
    : [
        allow('ReadDumps', ['s3:GetObject', 's3:GetObjectVersion'], objects),
        allow('DecryptDumps', ['kms:Decrypt'], ['*'], {
          StringLike: {
            'kms:ViaService': viaService(stack, 's3'),
            'kms:EncryptionContext:aws:s3:arn':
              own.length > mostNamedBuckets
                ? bucketArn(stack, '*')
                : own.flatMap((bucket) => {
                    const arn = bucketArn(stack, bucket);
                    return [arn, `${arn}/*`];
                  }),
          },
        }),
      ];
}

/** More prefixes than this would not fit into the policy of a role. */
const mostNamedPrefixes = 40;

/**
 * Asks S3 to bring an archived dump back for a while. It reads nothing and changes no object; where prefixes are too many
 * to name, it is allowed for the buckets.
 */
export function thawDumps(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  const named = objectArns(stack, config);
  const objects =
    named.length <= mostNamedPrefixes
      ? named
      : [...dumpBuckets(config).keys()].map((bucket) => `${bucketArn(stack, bucket)}/*`);
  return objects.length === 0 ? [] : [allow('ThawDumps', ['s3:RestoreObject'], objects)];
}

/** Keys of S3-compatible stores: exactly the secrets that drills.yaml names. */
export function readStoreKeys(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  const secrets = Object.values(config.databases).flatMap(
    ({ source }) => bucketOf(source).credentialsSecret ?? [],
  );
  return readSecrets(stack, 'ReadStoreKeys', secrets);
}

/** Passphrases and private keys of encrypted dumps, and secrets of commands that bring backups: exactly what drills.yaml names. */
export function readDumpKeys(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  const places = Object.values(config.databases).map(({ source }) => source.decrypt);
  const named = (...names: (string | null)[]): string[] => names.filter((name) => name !== null);
  const variables = Object.values(config.databases)
    .flatMap(({ source }) => Object.values(source.physical?.commands?.environment ?? {}))
    .flatMap((one) => ('value' in one ? [] : [one]));
  const parameters = [
    ...places.flatMap((place) => named(place.passphraseParameter, place.keyParameter)),
    ...variables.flatMap(({ parameter }) => named(parameter)),
  ];
  const secrets = [
    ...places.flatMap((place) => named(place.passphraseSecret, place.keySecret)),
    // One that also stands in Parameter Store is read there.
    ...variables.flatMap(({ parameter, secret }) => (parameter === null ? named(secret) : [])),
  ];
  return [
    ...readParameters(stack, 'Passphrases', parameters),
    ...readSecrets(stack, 'ReadDumpKeys', secrets),
  ];
}

/** Passwords of restored roles. */
export const readRolePasswords = (stack: Stack, config: DrillConfig): iam.PolicyStatement[] =>
  readParameters(
    stack,
    'RolePasswords',
    Object.values(config.databases).flatMap(({ roles }) => roles.passwords.map((role) => role.ssmParameter)),
  );
