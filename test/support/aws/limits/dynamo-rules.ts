import { between, matching, member, oneOf, type Rule } from './rules.ts';

type Attribute = Record<string, unknown>;

/** An item may have 400 KB: names and values together, as DynamoDB counts them. */
const largestItemBytes = 400 * 1024;

const itemRules: Rule = {
  commands: ['PutItem', 'TransactWriteItems'],
  problems: (input) =>
    itemsOf(input).flatMap(({ at, item }) => [
      ...(sizeOfMap(item) > largestItemBytes
        ? [`${at}: has ${sizeOfMap(item)} bytes, more than 400 KB`]
        : []),
      ...emptyKeys(item).map((name) => `${at}.${name}: is empty, but a key`),
    ]),
};

function itemsOf(input: Record<string, unknown>): { at: string; item: Record<string, Attribute> }[] {
  const own = input.Item === undefined ? [] : [{ at: 'Item', item: input.Item as Record<string, Attribute> }];
  const all = (input.TransactItems ?? []) as { Put?: { Item?: Record<string, Attribute> } }[];
  const inTransaction = all.flatMap(({ Put }, index) =>
    Put?.Item === undefined ? [] : [{ at: `TransactItems[${index}].Put.Item`, item: Put.Item }],
  );
  return [...own, ...inTransaction];
}

const emptyKeys = (item: Record<string, Attribute>) => ['pk', 'sk'].filter((name) => item[name]?.S === '');

const sizeOfMap = (item: Record<string, Attribute>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);

function sizeOf(value: Attribute): number {
  const [[type, content] = ['NULL', true]] = Object.entries(value);
  if (content instanceof Uint8Array) return content.length;
  if (type === 'S') return Buffer.byteLength(String(content));
  if (type === 'N') return Math.ceil(String(content).length / 2) + 1;
  if (type === 'M') return 3 + sizeOfMap(content as Record<string, Attribute>);
  if (type === 'L')
    return 3 + (content as Attribute[]).reduce((sum, element) => sum + 1 + sizeOf(element), 0);
  if (Array.isArray(content)) return content.reduce((sum, element) => sum + String(element).length, 0);
  return 1;
}

/** Every placeholder of an expression must be given, and every one that is given must be used. */
const placeholderRules: Rule = {
  commands: ['PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'],
  problems: (input) => problemsOfPlaceholders(input),
};

const transactionRules: Rule = {
  commands: ['TransactWriteItems'],
  problems: ({ TransactItems }) => {
    const operations = (TransactItems ?? []) as Record<string, Record<string, unknown>>[];
    const keys = operations.map((operation) => {
      const [inner] = Object.values(operation);
      const item = (inner?.Item ?? inner?.Key ?? {}) as Record<string, unknown>;
      return JSON.stringify([item.pk, item.sk]);
    });
    return [
      ...(operations.length < 1 || operations.length > 100
        ? ['TransactItems: has not 1 to 100 elements']
        : []),
      ...(new Set(keys).size < keys.length ? ['TransactItems: one item stands in it twice'] : []),
      ...operations.flatMap((operation, index) =>
        Object.values(operation).flatMap((inner) =>
          problemsOfPlaceholders(inner).map((problem) => `TransactItems[${index}].${problem}`),
        ),
      ),
    ];
  },
};

function problemsOfPlaceholders(input: Record<string, unknown>): string[] {
  const text = [
    'KeyConditionExpression',
    'FilterExpression',
    'ConditionExpression',
    'UpdateExpression',
    'ProjectionExpression',
  ]
    .map((name) => String(input[name] ?? ''))
    .join(' ');
  const kinds = [
    { member: 'ExpressionAttributeValues', used: new Set(text.match(/:[A-Za-z0-9_]+/g)) },
    { member: 'ExpressionAttributeNames', used: new Set(text.match(/#[A-Za-z0-9_]+/g)) },
  ];
  return [
    ...kinds.flatMap(({ member: name, used }) => {
      const given = Object.keys((input[name] ?? {}) as object);
      return [
        ...[...used].filter((one) => !given.includes(one)).map((one) => `${name}: lacks ${one}`),
        ...given.filter((one) => !used.has(one)).map((one) => `${name}: ${one} is not used`),
        ...(input[name] !== undefined && given.length === 0 ? [`${name}: is empty`] : []),
      ];
    }),
    ...reservedIn(text).map((word) => `expression: ${word} is a reserved word`),
  ];
}

/** Words of our items that DynamoDB reserves; the whole list has 573. */
const reserved =
  /(?<![#:\w])(database|format|mode|status|by|name|key|value|state|date|timestamp|count|size|token|role|hash|range|items?|data|type|user|owner|location|order|start|end|ttl)(?![\w(])/gi;
const reservedIn = (text: string) => [...text.matchAll(reserved)].map(([word]) => word);

export const dynamoRules: Rule[] = [
  member('all', 'TableName', matching(/^[A-Za-z0-9_.-]{3,255}$|^arn:/, 'the name of a table')),
  member(['Query', 'Scan'], 'Limit', between(1, Number.MAX_SAFE_INTEGER)),
  member(
    ['Query', 'Scan'],
    'Select',
    oneOf('ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'COUNT', 'SPECIFIC_ATTRIBUTES'),
  ),
  member(['PutItem', 'DeleteItem'], 'ReturnValues', oneOf('NONE', 'ALL_OLD')),
  member(['UpdateItem'], 'ReturnValues', oneOf('NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW')),
  itemRules,
  placeholderRules,
  transactionRules,
];
