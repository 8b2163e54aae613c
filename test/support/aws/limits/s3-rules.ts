import { allOf, between, bytes, matching, member, oneOf, type Rule } from './rules.ts';

/** User metadata: keys and values together, 2 KB; header values hold ASCII only. */
const metadataRules: Rule = {
  commands: ['PutObject', 'CreateMultipartUpload', 'CopyObject'],
  problems: ({ Metadata }) => {
    if (typeof Metadata !== 'object' || Metadata === null) return [];
    const pairs = Object.entries(Metadata as Record<string, unknown>);
    const size = pairs.reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${String(value)}`), 0);
    return [
      ...(size > 2048 ? [`Metadata: has ${size} bytes, more than 2048`] : []),
      ...pairs
        .filter(([key, value]) => !/^[\x20-\x7e]*$/.test(`${key}${String(value)}`))
        .map(([key]) => `Metadata.${key}: is not ASCII`),
    ];
  },
};

const encryptionRules: Rule = {
  commands: ['PutObject', 'CreateMultipartUpload', 'CopyObject'],
  problems: ({ SSEKMSKeyId, ServerSideEncryption }) =>
    SSEKMSKeyId !== undefined && !String(ServerSideEncryption).startsWith('aws:kms')
      ? ['SSEKMSKeyId: needs ServerSideEncryption aws:kms']
      : [],
};

export const s3Rules: Rule[] = [
  member('all', 'Bucket', matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name')),
  member('all', 'Key', bytes(1024)),
  member('all', 'ExpectedBucketOwner', matching(/^\d{12}$/, 'an account id')),
  member('all', 'ServerSideEncryption', oneOf('AES256', 'aws:fsx', 'aws:kms', 'aws:kms:dsse')),
  member('all', 'ChecksumAlgorithm', oneOf('CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME')),
  member(['PutObject'], 'ContentType', matching(/^[\x20-\x7e]+$/, 'an ASCII header')),
  member(['GetObject'], 'Range', matching(/^bytes=(\d+-\d*|-\d+)$/, 'one range of bytes')),
  member(['ListObjectsV2'], 'MaxKeys', between(0, 1000)),
  member(['ListObjectsV2', 'ListObjectVersions'], 'EncodingType', oneOf('url')),
  member(['ListObjectsV2'], 'OptionalObjectAttributes.[]', oneOf('RestoreStatus')),
  member(
    ['RestoreObject'],
    'RestoreRequest.GlacierJobParameters.Tier',
    oneOf('Standard', 'Bulk', 'Expedited'),
  ),
  member(['RestoreObject'], 'RestoreRequest.Days', allOf(between(1, 2_147_483_647))),
  metadataRules,
  encryptionRules,
];
