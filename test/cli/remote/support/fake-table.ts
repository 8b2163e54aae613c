import type { Responder } from '../../../support/aws/scripted-client.ts';

type Value = { S?: string; N?: string; B?: Uint8Array; BOOL?: boolean };
type Item = Record<string, Value>;

/**
 * A table that understands what the ledger and the approvals ask of it when nobody else is at work: conditions are not
 * looked at, which the tests of those adapters do.
 */
export class FakeTable {
  readonly items = new Map<string, Item>();

  readonly respond: Responder = (command, input) => {
    switch (command) {
      case 'GetItem':
        return { Item: this.items.get(keyOf(input.Key as Item)) };
      case 'PutItem':
        this.#put(input.Item as Item);
        return {};
      case 'TransactWriteItems':
        for (const { Put } of input.TransactItems as { Put: { Item: Item } }[]) this.#put(Put.Item);
        return {};
      case 'Query':
        return { Items: this.#query(input.ExpressionAttributeValues as Record<string, Value>) };
      case 'UpdateItem':
        return this.#update(input);
      default:
        throw new Error(`the table was asked for ${command}`);
    }
  };

  #put(item: Item): void {
    this.items.set(keyOf(item), item);
  }

  #query(values: Record<string, Value>): Item[] {
    return [...this.items.values()]
      .filter(
        ({ pk, sk }) => pk?.S === values[':pk']?.S && (sk?.S ?? '').startsWith(values[':drills']?.S ?? ''),
      )
      .sort((a, b) => ((a.sk?.S ?? '') < (b.sk?.S ?? '') ? 1 : -1));
  }

  #update(input: Record<string, unknown>): object {
    const key = input.Key as Item;
    const item = this.items.get(keyOf(key)) ?? { ...key };
    const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
    const values = input.ExpressionAttributeValues as Record<string, Value>;
    const [, sets = '', removed] = /^SET (.*?)(?: REMOVE (\w+))?$/.exec(String(input.UpdateExpression)) ?? [];
    for (const part of sets.split(', ')) {
      const [name = '', value = ''] = part.split(' = ');
      item[names[name] ?? name] = values[value] ?? {};
    }
    if (removed !== undefined) delete item[removed];
    this.items.set(keyOf(key), item);
    return {};
  }
}

const keyOf = ({ pk, sk }: Item): string => `${pk?.S}|${sk?.S}`;
