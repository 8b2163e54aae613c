/** A rule for some commands of a service; a member that is absent breaks no rule. */
export interface Rule {
  commands: string[] | 'all';
  problems(input: Record<string, unknown>): string[];
}

type Judge = (value: unknown) => string | null;

/** A rule for one member, found by a dotted path; `[]` steps into every element of a list. */
export function member(commands: Rule['commands'], path: string, judge: Judge): Rule {
  return {
    commands,
    problems: (input) =>
      found(input, path.split('.'), '').flatMap(({ at, value }) => {
        const problem = judge(value);
        return problem === null ? [] : [`${at}: ${problem}`];
      }),
  };
}

function found(value: unknown, path: string[], at: string): { at: string; value: unknown }[] {
  const [step, ...rest] = path;
  if (value === undefined || value === null) return [];
  if (step === undefined) return [{ at, value }];
  if (step === '[]') {
    return (Array.isArray(value) ? value : []).flatMap((element, index) =>
      found(element, rest, `${at}[${index}]`),
    );
  }
  return found((value as Record<string, unknown>)[step], rest, at === '' ? step : `${at}.${step}`);
}

export const oneOf =
  (...allowed: string[]): Judge =>
  (value) =>
    allowed.includes(String(value)) ? null : `"${String(value)}" is none of ${allowed.join(', ')}`;

export const matching =
  (pattern: RegExp, what: string): Judge =>
  (value) =>
    pattern.test(String(value)) ? null : `"${String(value)}" is not ${what}`;

/** Characters, as most services count. */
export const length =
  (least: number, most: number): Judge =>
  (value) => {
    const characters = [...String(value)].length;
    if (characters < least) return `has ${characters} characters, fewer than ${least}`;
    return characters > most ? `has ${characters} characters, more than ${most}` : null;
  };

export const bytes =
  (most: number): Judge =>
  (value) => {
    const size = Buffer.byteLength(String(value));
    return size > most ? `has ${size} bytes, more than ${most}` : null;
  };

export const between =
  (least: number, most: number): Judge =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most
      ? null
      : `${String(value)} is not between ${least} and ${most}`;

export const atMost =
  (most: number): Judge =>
  (value) =>
    Array.isArray(value) && value.length > most ? `has ${value.length} elements, more than ${most}` : null;

export const allOf =
  (...judges: Judge[]): Judge =>
  (value) =>
    judges.map((judge) => judge(value)).find((problem) => problem !== null) ?? null;
