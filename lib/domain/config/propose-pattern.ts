import { matchDumpName, parseDumpPattern } from '../backup/dump-pattern.ts';
import { commonTimestampSource, counter, recogniseTimestamp } from '../time/name-timestamp.ts';
import { readTimestampFields, timestampOf } from '../time/timestamp-format.ts';

/** Where dumps like one at hand lie, and how they are called. */
export interface ProposedNames {
  /** Folder of the dumps, or what their keys begin with; `.` or empty for the top. */
  folder: string;
  /** Null when the name cannot stand in a pattern. */
  pattern: string | null;
  /** True when the pattern holds a timestamp, so that it matches tomorrow's dump too. */
  dated: boolean;
}

/**
 * Derives a pattern from the path of one dump: the moment in its name becomes `{timestamp:FORMAT}`. When the folder is
 * itself named after a moment (`20261118/postgres-all-20261118-095822.sql.gz`), dumps are looked for one level up.
 *
 * @param path with `/` between folders, as a key of a bucket or a path
 */
export function proposeNames(path: string): ProposedNames {
  const parts = path.replace(/\/+$/, '').split('/');
  const name = parts.pop() ?? '';
  const parent = parts.at(-1);
  const folderIsDated = parent !== undefined && recogniseTimestamp(parent) !== null;
  if (folderIsDated) parts.pop();
  const folder = parts.join('/');
  if (/[*{}]/.test(name))
    return { folder: [folder, ...(folderIsDated ? [parent] : [])].join('/'), pattern: null, dated: false };
  const dated = datedPattern(name);
  return { folder, pattern: `${folderIsDated ? '*/' : ''}${dated ?? name}`, dated: dated !== null };
}

/** The name with its most precise moment as a placeholder; null when it has none that a pattern reads back as the same. */
function datedPattern(name: string): string | null {
  const expected = recogniseTimestamp(name);
  if (expected === null) return null;
  for (const { text, format } of writtenMoments(name)) {
    for (const placeholder of [`{timestamp:${format}}`, '{timestamp}']) {
      const pattern = name.replace(text, () => placeholder);
      const parsed = parseDumpPattern(pattern);
      if ('problem' in parsed) continue;
      const match = matchDumpName(parsed.pattern, name);
      if (
        match.kind === 'match' &&
        match.timestamp?.startsAt === expected.startsAt &&
        match.timestamp.precision === expected.precision
      )
        return pattern;
    }
  }
  return null;
}

/** Every common form of a moment in a name, with the format that reads it. */
function writtenMoments(name: string): { text: string; format: string }[] {
  const { source, groups } = commonTimestampSource(counter());
  const found: { text: string; format: string }[] = [];
  for (const match of name.matchAll(new RegExp(`(?<!\\d)${source}(?!\\d)`, 'dg'))) {
    const spans = groups.flatMap(({ name: group, token }) => {
      const span = match.indices?.groups?.[group];
      return span === undefined ? [] : [{ token, start: span[0], end: span[1] }];
    });
    if (timestampOf(readTimestampFields(groups, match.groups ?? {}), 'UTC') === null) continue;
    let format = '';
    let at = match.index;
    for (const { token, start, end } of spans.sort((a, b) => a.start - b.start)) {
      format += name.slice(at, start) + token;
      at = end;
    }
    found.push({ text: match[0], format });
  }
  return found;
}
