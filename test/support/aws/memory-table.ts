import { evaluate, type Item, updated } from './memory-table-expressions.ts';
import { awsError, type Responder } from './scripted-client.ts';

/** One DynamoDB table with the string keys `pk` and `sk`, in memory: what a script answers requests with. */
export interface MemoryTable {
  respond: Responder;
  /** Everything in the table, in the order of its keys. */
  items(): Item[];
  item(pk: string, sk: string): Item | undefined;
  put(item: Item): void;
}

interface Operation {
  Key?: Item;
  Item?: Item;
  ConditionExpression?: string;
  UpdateExpression?: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ExpressionAttributeValues?: Item;
  ExpressionAttributeNames?: Record<string, string>;
  ExclusiveStartKey?: Item;
  ScanIndexForward?: boolean;
  Limit?: number;
}

/**
 * Answers GetItem, PutItem, UpdateItem, DeleteItem, Query and TransactWriteItems with DynamoDB's conditions, pages and
 * cancellation reasons. Requests answer in turn, each after a tick, so that requests sent at once interleave. The
 * emulated suite runs the same contract against an emulator that nobody here wrote.
 */
export function memoryTable(): MemoryTable {
  const items = new Map<string, Item>();
  const keyOf = ({ pk, sk }: Item) => `${pk?.S}\u0000${sk?.S}`;

  const holds = (operation: Operation, expression: string | undefined, item: Item | undefined) =>
    expression === undefined ||
    evaluate(
      expression,
      item ?? {},
      operation.ExpressionAttributeValues ?? {},
      operation.ExpressionAttributeNames ?? {},
    );

  function write(operation: Operation): void {
    const key = keyOf(operation.Item ?? operation.Key ?? {});
    const before = items.get(key);
    if (!holds(operation, operation.ConditionExpression, before)) {
      throw awsError('ConditionalCheckFailedException', 'The conditional request failed');
    }
    if (operation.Item !== undefined) items.set(key, operation.Item);
    else if (operation.UpdateExpression === undefined) items.delete(key);
    else {
      const { UpdateExpression, ExpressionAttributeValues = {}, ExpressionAttributeNames = {} } = operation;
      const base = before ?? operation.Key ?? {};
      items.set(key, updated(UpdateExpression, base, ExpressionAttributeValues, ExpressionAttributeNames));
    }
  }

  function transact(operations: { Put?: Operation; Update?: Operation; Delete?: Operation }[]): void {
    const inner = operations.map(({ Put, Update, Delete }) => Put ?? Update ?? Delete ?? {});
    const reasons = inner.map((operation) => {
      const item = items.get(keyOf(operation.Item ?? operation.Key ?? {}));
      return holds(operation, operation.ConditionExpression, item) ? 'None' : 'ConditionalCheckFailed';
    });
    if (reasons.some((reason) => reason !== 'None')) throw cancelled(reasons);
    for (const operation of inner) write(operation);
  }

  function query(operation: Operation) {
    const sorted = [...items.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    if (operation.ScanIndexForward === false) sorted.reverse();
    const matching = sorted
      .map(([, item]) => item)
      .filter((item) => holds(operation, operation.KeyConditionExpression, item));
    const from = operation.ExclusiveStartKey;
    const begin = from === undefined ? 0 : matching.findIndex((item) => keyOf(item) === keyOf(from)) + 1;
    const page = matching.slice(begin, begin + (operation.Limit ?? matching.length));
    const last = page.at(-1);
    const more = last !== undefined && begin + page.length < matching.length;
    return {
      Items: page.filter((item) => holds(operation, operation.FilterExpression, item)),
      ...(more ? { LastEvaluatedKey: { pk: last.pk, sk: last.sk } } : {}),
    };
  }

  return {
    items: () => [...items.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item),
    item: (pk, sk) => items.get(`${pk}\u0000${sk}`),
    put: (item) => void items.set(keyOf(item), item),
    async respond(command, input) {
      await new Promise((resolve) => setImmediate(resolve));
      const operation = input as Operation;
      switch (command) {
        case 'GetItem': {
          const Item = items.get(keyOf(operation.Key ?? {}));
          return Item === undefined ? {} : { Item };
        }
        case 'PutItem':
        case 'UpdateItem':
        case 'DeleteItem':
          write(operation);
          return {};
        case 'TransactWriteItems':
          transact(input.TransactItems as { Put?: Operation }[]);
          return {};
        case 'Query':
          return query(operation);
        default:
          throw new Error(`the table in memory does not know ${command}`);
      }
    },
  };
}

/** As DynamoDB tells why a transaction was not carried out: one reason for each of its operations, in their order. */
export function cancelled(reasons: string[]): Error {
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.join(', ')}]`;
  return Object.assign(awsError('TransactionCanceledException', message), {
    CancellationReasons: reasons.map((Code) => ({ Code })),
  });
}
