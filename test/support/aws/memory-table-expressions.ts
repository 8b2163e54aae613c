/** Items as the SDK sends them: `{ pk: { S: 'a' } }`. */
export type Item = Record<string, Record<string, unknown>>;

type Names = Record<string, string>;

/**
 * The part of DynamoDB's condition language that is used here: comparisons, `attribute_exists`, `attribute_not_exists`,
 * `begins_with`, AND, OR and parentheses; AND binds tighter. A missing attribute makes every comparison false. Anything
 * else is an error, never a condition that happens to hold.
 */
export function evaluate(expression: string, item: Item, values: Item, names: Names): boolean {
  const tokens = expression.match(/[()=,]|<>|<=|>=|<|>|[#:]?\w+/g) ?? [];
  if (tokens.join('') !== expression.replace(/\s/g, '')) throw new Error(`unknown expression: ${expression}`);
  let place = 0;
  const next = () => tokens[place++] ?? '';
  const accept = (word: string) => {
    if (tokens[place]?.toUpperCase() !== word) return false;
    place += 1;
    return true;
  };
  const expectToken = (word: string) => {
    if (!accept(word)) throw new Error(`"${word}" is missing in: ${expression}`);
  };

  const nameOf = (token: string) => (token.startsWith('#') ? (names[token] ?? '') : token);
  const operand = (token: string) => (token.startsWith(':') ? values[token] : item[nameOf(token)]);

  function alternatives(): boolean {
    let result = conjunction();
    while (accept('OR')) result = conjunction() || result;
    return result;
  }
  function conjunction(): boolean {
    let result = condition();
    while (accept('AND')) result = condition() && result;
    return result;
  }
  function condition(): boolean {
    if (accept('(')) {
      const result = alternatives();
      expectToken(')');
      return result;
    }
    const token = next();
    if (tokens[place] === '(') return call(token);
    return compare(operand(token), next(), operand(next()));
  }
  function call(name: string): boolean {
    expectToken('(');
    const subject = next();
    const prefix = accept(',') ? operand(next()) : undefined;
    expectToken(')');
    if (name === 'attribute_exists') return item[nameOf(subject)] !== undefined;
    if (name === 'attribute_not_exists') return item[nameOf(subject)] === undefined;
    if (name === 'begins_with') return String(operand(subject)?.S ?? '').startsWith(String(prefix?.S));
    throw new Error(`unknown function ${name}`);
  }

  const result = alternatives();
  if (place !== tokens.length) throw new Error(`cannot read: ${expression}`);
  return result;
}

function compare(
  left: Record<string, unknown> | undefined,
  operator: string,
  right: Record<string, unknown> | undefined,
): boolean {
  if (left === undefined || right === undefined) return false;
  const [[leftType, leftValue] = []] = Object.entries(left);
  const [[rightType, rightValue] = []] = Object.entries(right);
  if (leftType !== rightType) return operator === '<>';
  const [a, b] =
    leftType === 'N'
      ? [Number(leftValue), Number(rightValue)]
      : leftType === 'BOOL'
        ? [Number(leftValue), Number(rightValue)]
        : [String(leftValue), String(rightValue)];
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      throw new Error(`unknown comparison ${operator}`);
  }
}

/** `SET a = :b, #c = :d REMOVE e, f`. */
export function updated(expression: string, before: Item, values: Item, names: Names): Item {
  const after = { ...before };
  const parts = /^(?:SET (?<set>.+?))?(?:\s*REMOVE (?<remove>.+))?$/.exec(expression)?.groups;
  if (parts === undefined) throw new Error(`unknown update: ${expression}`);
  const nameOf = (token: string) => (token.startsWith('#') ? (names[token] ?? '') : token);
  for (const assignment of parts.set?.split(',') ?? []) {
    const [name = '', value = ''] = assignment.split('=').map((side) => side.trim());
    const given = values[value];
    if (given === undefined) throw new Error(`unknown update: ${assignment}`);
    after[nameOf(name)] = given;
  }
  for (const name of parts.remove?.split(',') ?? []) delete after[nameOf(name.trim())];
  return after;
}
