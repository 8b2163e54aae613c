/** A place in S3. */
export interface S3Location {
  bucket: string;
  /** Key, or start of keys; may be empty. */
  key: string;
}

/**
 * Reads `s3://bucket/key`; null when the text is no address of an object. Any bucket name is taken: old buckets of AWS and
 * those of other stores have capitals and underscores, and the store itself says what it does not know. A key may hold
 * anything, even line breaks.
 */
export function parseS3Url(text: string): S3Location | null {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? null : { bucket: match[1], key: match[2] };
}

/** `s3://bucket/key` */
export function s3Url({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}
