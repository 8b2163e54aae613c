import type * as z from 'zod';
import { hintMark, show } from './field-types.ts';
import { knownKeysAt } from './json-schema.ts';
import { isMapping } from './merge-defaults.ts';
import type { Path } from './problem-location.ts';
import { nearestWord } from './suggestion.ts';

/** A problem before its place in the file is known. */
export interface Complaint {
  path: Path;
  /** Point at the key (an unknown or misplaced key) or at the value. */
  pointAt: 'key' | 'value';
  message: string;
  hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** Puts zod's issues about `value` into plain words; `base` is the path of `value` in the file. */
export function complaintsOf(issues: readonly Issue[], value: unknown, base: Path): Complaint[] {
  return issues.flatMap((issue) => complaintsOfIssue(issue, value, base));
}

function complaintsOfIssue(issue: Issue, value: unknown, base: Path): Complaint[] {
  const inner = issue.path.filter((segment) => typeof segment !== 'symbol');
  const path = [...base, ...inner];
  const offending = inner.reduce<unknown>(
    (node, segment) => (node === null || typeof node !== 'object' ? undefined : Reflect.get(node, segment)),
    value,
  );
  const complain = (message: string, hint: string | null = null): Complaint[] => [
    { path, pointAt: 'value', message, hint },
  ];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeysAt(path);
    return issue.keys.map((key) => unknownKey([...path, key], key, known));
  }
  if (issue.code === 'invalid_union') {
    const own = issue.message === 'Invalid input' ? null : issue.message;
    if (offending === undefined) return missing(path);
    const branches = issue.errors.filter((branch) => branch.length > 0);
    const [best] = branches.sort((a, b) => cost(a) - cost(b));
    // Unless a variant was nearly right, the union's own words say more than any variant's.
    if (own !== null && !(isMapping(offending) && best !== undefined && cost(best) < 100))
      return written(own, path);
    return best === undefined
      ? complain(`${show(offending)} does not fit`)
      : complaintsOf(best, offending, path);
  }
  const missingValue = issue.code === 'invalid_type' && offending === undefined;
  if (missingValue) return missing(path);
  if (!issue.message.startsWith('Invalid') && !issue.message.startsWith('Too '))
    return written(issue.message, path);
  switch (issue.code) {
    case 'invalid_type': {
      const expected = typeNames[issue.expected] ?? issue.expected;
      const hint = issue.expected === 'string' && typeof offending === 'number' ? 'put it in quotes' : null;
      return complain(
        offending === null
          ? `is empty where ${expected} must stand`
          : `${show(offending)} is not ${expected}`,
        hint,
      );
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const nearest = typeof offending === 'string' ? nearestWord(offending, allowed) : null;
      return complain(
        `${show(offending)} is not one of ${allowed.join(', ')}`,
        nearest === null ? null : `did you mean ${nearest}?`,
      );
    }
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return complain('must not be empty');
      return complain(
        `${show(offending)} is less than ${issue.inclusive === false ? 'or equal to ' : ''}${issue.minimum}`,
      );
    case 'too_big':
      return complain(`${show(offending)} is more than ${issue.maximum}`);
    default:
      return complain(`${show(offending)} is not valid here`);
  }
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function unknownKey(path: Path, key: string, known: string[]): Complaint {
  const nearest = nearestWord(key, known);
  const list = known.filter((name) => !name.startsWith('$')).join(', ');
  const hint = nearest !== null ? `did you mean ${nearest}?` : list === '' ? null : `known keys are ${list}`;
  return { path, pointAt: 'key', message: `unknown key ${show(key)}`, hint };
}

function missing(path: Path): Complaint[] {
  const name = path.at(-1);
  return [
    {
      path,
      pointAt: 'value',
      message: `${name === undefined ? 'the value' : String(name)} is missing`,
      hint: null,
    },
  ];
}

/** A message from a schema of ours, which may carry its hint. */
function written(message: string, path: Path): Complaint[] {
  const [text = '', hint] = message.split(hintMark);
  return [{ path, pointAt: 'value', message: text, hint: hint ?? null }];
}

/** How far a value is from a variant of a union: wrong keys weigh more than wrong values inside right ones. */
function cost(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
    if (issue.path.length === 0) return sum + 100;
    return sum + (issue.path.length === 1 && issue.message.includes('undefined') ? 15 : 1);
  }, 0);
}
