/** One request of a door to AWS, read off the wire. */
export interface RecordedCall {
  /** Name of the function, or of the task's command, that sent it; empty: the test or the CDK CLI. */
  door: string;
  /** Name in the signature's scope, e.g. `rds`, `s3`, `dynamodb`. */
  service: string;
  /** e.g. `CreateDBInstance`. */
  command: string;
  input: Record<string, unknown>;
  status: number;
}

/** A request before it is sent on. */
export interface WireRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

const scopePattern = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/;

/** Reads service, command and input off a request, for the protocols that the SDK speaks. */
export function readCall(request: WireRequest): Omit<RecordedCall, 'status'> {
  const { headers, body } = request;
  const url = new URL(request.url, 'http://localhost');
  const door = headers['x-door'] ?? '';
  const service = scopePattern.exec(headers.authorization ?? '')?.[1] ?? '';
  const target = headers['x-amz-target'];
  if (target !== undefined)
    return { door, service, command: target.split('.').at(-1) ?? '', input: parsedJson(body) };
  const rpc = /\/service\/\w+\/operation\/(\w+)$/.exec(url.pathname);
  if (rpc !== null) return { door, service, command: rpc[1] ?? '', input: {} };
  const rest = restOperations.find(
    (one) => one.service === service && one.method === request.method && one.path.test(url.pathname),
  );
  if (rest !== undefined)
    return {
      ...{ door, service, command: rest.command },
      input: { ...rest.path.exec(url.pathname)?.groups, ...parsedJson(body) },
    };
  if (service === 's3') return { door, service, ...readS3(request.method, url, headers) };
  if ((headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(body.toString());
    return { door, service, command: form.get('Action') ?? '', input: Object.fromEntries(form) };
  }
  return { door, service, command: `${request.method} ${url.pathname}`, input: {} };
}

/** Operations of services that are named by method and path. */
const restOperations = [
  {
    ...{ service: 'securityhub', method: 'POST', command: 'BatchImportFindings' },
    path: /^\/findings\/import$/,
  },
  {
    ...{ service: 'backup', method: 'PUT', command: 'PutRestoreValidationResult' },
    path: /^\/restore-jobs\/(?<RestoreJobId>[^/]+)\/validations$/,
  },
];

function parsedJson(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Query parameters that make an S3 request another operation than the plain one of its method. */
const s3SubResources = [
  'versioning',
  'location',
  'tagging',
  'acl',
  'policy',
  'uploads',
  'uploadId',
  'attributes',
  'restore',
  'delete',
  'encryption',
  'lifecycle',
];

function readS3(
  method: string,
  url: URL,
  headers: Record<string, string>,
): { command: string; input: Record<string, unknown> } {
  const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
  const key = rest.join('/');
  const input: Record<string, unknown> = { Bucket: bucket };
  if (key !== '') input.Key = key;
  const versionId = url.searchParams.get('versionId');
  if (versionId !== null) input.VersionId = versionId;
  const prefix = url.searchParams.get('prefix');
  if (prefix !== null) input.Prefix = prefix;
  const sub = s3SubResources.find((name) => url.searchParams.has(name));
  return { command: s3Command(method, key !== '', sub, headers), input };
}

function s3Command(
  method: string,
  object: boolean,
  sub: string | undefined,
  headers: Record<string, string>,
): string {
  if (sub !== undefined) return `${method} ${object ? 'object' : 'bucket'} ${sub}`;
  if (!object)
    return method === 'GET' ? 'ListObjectsV2' : method === 'HEAD' ? 'HeadBucket' : `${method} bucket`;
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject';
  return { GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? `${method} object`;
}
