import * as z from 'zod';
import { parseDumpPattern } from '../backup/dump-pattern.ts';
import { canonicalTimezone } from '../time/calendar.ts';
import { durationExamples, durationPattern, parseDuration } from '../time/durations.ts';

/** Parts a problem's message from its hint inside one zod message; no text a person writes holds it. */
export const hintMark = '\u0001';

/** A zod message that carries a hint of its own. */
export const withHint = (message: string, hint: string): string => `${message}${hintMark}${hint}`;

/** An offending value, short and on one line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

/** A duration such as `4h`, parsed to whole seconds, from `minSeconds` to `maxSeconds`. */
export function duration(minSeconds = 1, maxSeconds = Number.MAX_SAFE_INTEGER) {
  const complain = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : withHint(`${show(input)} is not a duration`, durationExamples);
  return z
    .string({ error: complain })
    .regex(durationPattern, { error: complain, abort: true })
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .refine((seconds) => seconds >= minSeconds, {
      error: withHint(`it must be at least ${minSeconds} s`, durationExamples),
    })
    .refine((seconds) => !(seconds > maxSeconds), {
      error: withHint(`it must be at most ${maxSeconds} s`, durationExamples),
    });
}

const bytesPerUnit: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};
const sizePattern = /^(\d+(?:\.\d+)?) ?([KMGT]i?B|B)?$/i;

/** Bytes as a whole number, or with a unit: `20MB` (decimal) or `20MiB` (binary). */
export function byteSize() {
  const complain = ({ input }: { input?: unknown }) =>
    input === undefined
      ? undefined
      : withHint(`${show(input)} is not a size`, 'write a number of bytes, or e.g. 500KB, 20MB, 1GiB');
  return z.union(
    [
      z.int({ error: complain }).nonnegative({ error: complain }),
      z
        .string()
        .regex(sizePattern, { abort: true })
        .transform((text) => {
          const [, amount, unit] = sizePattern.exec(text) ?? [];
          return Math.ceil(Number(amount) * (bytesPerUnit[(unit ?? '').toUpperCase()] ?? Number.NaN));
        }),
    ],
    { error: complain },
  );
}

/** An IANA timezone in its own spelling: EventBridge Scheduler takes no other. */
export function timezone() {
  return z
    .string()
    .superRefine((name, problems) => {
      const canonical = canonicalTimezone(name);
      if (canonical === name) return;
      const message = `${show(name)} is not an IANA timezone`;
      const hint =
        canonical === null ? 'write e.g. Europe/London, America/New_York or UTC' : `write ${canonical}`;
      problems.addIssue({ code: 'custom', message: withHint(message, hint) });
    })
    .meta({ description: 'IANA timezone, e.g. `Europe/London`.' });
}

/** A pattern for names, checked. It stays text: see dump-pattern.ts. */
export function namePattern(description: string) {
  return z
    .string()
    .superRefine((text, problems) => {
      const parsed = parseDumpPattern(text);
      if ('problem' in parsed) {
        problems.addIssue({ code: 'custom', message: withHint(parsed.problem, parsed.hint) });
      }
    })
    .meta({ description });
}

/** Text that must match, with a message that shows the offending value. */
export function matching(expression: RegExp, what: string, hint: string) {
  return z.string().regex(expression, {
    error: ({ input }) => withHint(`${show(input)} is not ${what}`, hint),
  });
}

/** True or false. */
export const flag = (description: string) => z.boolean().meta({ description });
