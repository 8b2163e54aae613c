/** One kind of call that a door made in a full run: who, what, and on what. Written by test/emulator. */
export interface RecordedKind {
  /** `select-dump`, or `task:restore` for the restore task's command. */
  door: string;
  /** Name in the signature's scope: `rds`, `s3`, `dynamodb` … */
  service: string;
  command: string;
  /** Members that say what the call touches, and nothing of its content. */
  input: Record<string, unknown>;
}

/** Members of a request that name what it touches, per service. */
const significant: Record<string, readonly string[]> = {
  s3: ['Bucket', 'Key', 'VersionId', 'Prefix'],
  dynamodb: ['TableName'],
  rds: [
    'DBInstanceIdentifier',
    'ResourceName',
    'DBSubnetGroupName',
    'DBParameterGroupName',
    'ManageMasterUserPassword',
    'Filters.Filter.1.Name',
  ],
  ecs: ['cluster', 'task', 'tasks', 'family', 'taskDefinition'],
  ec2: ['VolumeId'],
  states: ['executionArn', 'stateMachineArn'],
  secretsmanager: ['SecretId'],
  ssm: ['Name', 'Names'],
  sns: ['TopicArn'],
};

interface WireCall {
  door: string;
  service: string;
  command: string;
  input: Record<string, unknown>;
}

/** Leaves of a call only what decides its rights. `plain` replaces names that differ from run to run. */
export function kindOf(call: WireCall, plain: (text: string) => string): RecordedKind {
  const input: Record<string, unknown> = {};
  for (const member of significant[call.service] ?? [])
    if (call.input[member] !== undefined) input[member] = call.input[member];
  const leadingKeys = call.service === 'dynamodb' ? dynamoKeys(call.input) : [];
  if (leadingKeys.length > 0) input.leadingKeys = leadingKeys;
  const table = tableOfTransaction(call.input);
  if (table !== null) input.TableName = table;
  const operations = (call.input.TransactItems as object[] | undefined)?.flatMap((item) => Object.keys(item));
  if (operations !== undefined) input.operations = [...new Set(operations)].sort();
  const events = eventsIn(call);
  if (events.length > 0) input.events = events;
  const products = productsIn(call);
  if (products.length > 0) input.products = products;
  const tags = rdsTags(call.input);
  if (call.service === 'rds' && Object.keys(tags).length > 0) input.tags = tags;
  return JSON.parse(
    plain(JSON.stringify({ ...call, input }, ['door', 'service', 'command', 'input', ...everyKey(input)])),
  ) as RecordedKind;
}

/** Of which kind the events are that a call puts on a bus; what they tell is left out. */
function eventsIn({ service, input }: WireCall): { Source: string; DetailType: string }[] {
  if (service !== 'events') return [];
  const entries = (input.Entries ?? []) as { Source: string; DetailType: string }[];
  return entries.map(({ Source, DetailType }) => ({ Source, DetailType }));
}

/** As whose product findings are imported; what they say is left out. */
function productsIn({ service, input }: WireCall): string[] {
  if (service !== 'securityhub') return [];
  const findings = (input.Findings ?? []) as { ProductArn: string }[];
  return [...new Set(findings.map(({ ProductArn }) => ProductArn))];
}

function everyKey(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...everyKey(inner)]);
}

/** A transaction names its table in each operation; ours all use the one. */
function tableOfTransaction({ TransactItems }: Record<string, unknown>): string | null {
  const [first] = (TransactItems ?? []) as Record<string, { TableName?: string }>[];
  return Object.values(first ?? {})[0]?.TableName ?? null;
}

/** Partition keys that a request reads or writes: what IAM sees as dynamodb:LeadingKeys. */
function dynamoKeys(input: Record<string, unknown>): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const text = (inner as { S?: unknown } | null)?.S;
      if ((key === 'pk' || key === ':pk') && typeof text === 'string') found.add(text);
      else visit(inner);
    }
  };
  visit(input);
  return [...found].sort();
}

/** `Tags.Tag.1.Key=…&Tags.Tag.1.Value=…` as a map. */
function rdsTags(form: Record<string, unknown>): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, key] of Object.entries(form)) {
    const index = /^Tags\.(?:Tag|member)\.(\d+)\.Key$/.exec(name)?.[1];
    if (index !== undefined) tags[String(key)] = String(form[name.replace(/Key$/, 'Value')] ?? '');
  }
  return tags;
}

/** One of each, in a fixed order. */
export function distinctKinds(kinds: RecordedKind[]): RecordedKind[] {
  const byText = new Map(kinds.map((kind) => [JSON.stringify(kind), kind]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}
