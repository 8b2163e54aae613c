/**
 * What a pattern says about where its dumps lie among the keys of a bucket, so that a look at the newest need not read
 * all of them. S3 lists keys in the order of their bytes.
 */

const piece = /\{timestamp(?::([^}]*))?\}/g;

/** What every key that fits a pattern begins with, behind the source's prefix; empty when nothing is known. */
export function beginningOf(pattern: string | null): string {
  return pattern === null ? '' : (/^[^{*?[\\]*/.exec(pattern)?.[0] ?? '');
}

/**
 * Whether a later dump always has a later key: its name tells year, month, day, hour and minute in this order, and
 * nothing that varies stands before or between them. Names that only give a day are in no order within it.
 */
export function sortsByMoment(pattern: string | null): boolean {
  if (pattern === null) return false;
  const formats = [...pattern.matchAll(piece)];
  const last = formats.at(-1);
  if (last === undefined || /[*?[\\]/.test(pattern.slice(0, last.index))) return false;
  return formats.every(([, format], index) => {
    const letters = (format ?? '').replace(/[^A-Za-z]/g, '').replace(/[TZ]/g, '');
    const whole = index === formats.length - 1 ? /^YYYYMMDDHHmm(ss)?$/ : /^YYYY(MM(DD(HH(mm(ss)?)?)?)?)?$/;
    return whole.test(letters);
  });
}

/** The key after which a listing that shall begin with `key` starts: listings leave out the key they start after. */
export const justBefore = (key: string): string => [...key].slice(0, -1).join('');
