/** A place in S3. */
export interface S3Location {
  bucket: string;
  /** Key, or start of keys; may be empty. */
  key: string;
}

/** Reads `s3://bucket/key`; null when the text is no such address. A bucket alone has an empty key. */
export function parseS3Url(text: string): S3Location | null {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text);
  return match?.[1] === undefined ? null : { bucket: match[1], key: match[2] ?? '' };
}

/** `s3://bucket/key` */
export function s3Url({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}
