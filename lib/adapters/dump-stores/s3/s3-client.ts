import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

/** How to reach a store. */
export interface S3Connection {
  /** Null: that of the environment or profile; `auto` suits most S3-compatible stores. */
  region: string | null;
  /** Null: AWS. */
  endpointUrl: string | null;
  pathStyle: boolean;
  /** Null: the SDK's default chain (environment, profile, SSO, task role). */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | null;
  /** Stands in for the network: tests, recorded runs. */
  requestHandler?: S3ClientConfig['requestHandler'];
}

/**
 * Makes a client. Stores other than AWS get checksums only where the protocol demands them, because R2 and others refuse
 * the rest (docs/facts.md#checksums-in-compatible-stores).
 */
export function makeS3Client(sdk: { S3Client: typeof S3Client }, connection: S3Connection): S3Client {
  const { region, endpointUrl, pathStyle, credentials, requestHandler } = connection;
  return new sdk.S3Client({
    // A bucket in another region than the environment's answers 301; AWS's client follows when asked to.
    followRegionRedirects: endpointUrl === null,
    forcePathStyle: pathStyle,
    // 2 s, 4 s, 8 s … at most: a store that is down shall be named within a minute.
    maxAttempts: 4,
    ...(region === null ? (endpointUrl === null ? {} : { region: 'auto' }) : { region }),
    ...(endpointUrl === null
      ? {}
      : {
          endpoint: endpointUrl,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
    ...(credentials === null ? {} : { credentials }),
    // Four parts at once and a listing; 10 s to connect, 30 s without an answer is a dead connection.
    requestHandler: requestHandler ?? {
      connectionTimeout: 10_000,
      requestTimeout: 30_000,
      httpsAgent: { maxSockets: 16 },
    },
  });
}
