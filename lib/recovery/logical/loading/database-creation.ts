import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { serverDatabases } from '../../../domain/recovery/server-databases.ts';
import { literal, quoted } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import type { DatabaseRequest } from './restore-policy.ts';
import { ServerError } from './server-error.ts';

/** The name in the sandbox of a database of the dump. */
export const sandboxName = (dumpName: string): string =>
  serverDatabases.includes(dumpName) ? `${dumpName}_from_dump` : dumpName;

/** Encodings a client may use but no database can have. Source: PostgreSQL documentation, table 24.3. */
const clientOnly: ReadonlySet<string> = new Set([
  'BIG5',
  'GB18030',
  'GBK',
  'JOHAB',
  'SJIS',
  'SHIFT_JIS_2004',
  'UHC',
]);

/** The encoding for a database that says nothing of itself: that of its dump's text. */
export const databaseEncoding = (clientEncoding: string | null): string =>
  clientEncoding === null || clientOnly.has(clientEncoding.toUpperCase()) ? 'UTF8' : clientEncoding;

/** Errors that another locale would not mend: name taken, no right, no disk. */
const notAboutLocale: ReadonlySet<string> = new Set(['42P04', '42501', '53100']);

/**
 * Creates a database from template0 with the encoding and locale the dump asks for, or with one that the server has.
 * The dump's own CREATE DATABASE is never run. @returns findings (COLLATION_REPLACED) @throws ServerError, ConnectionLost
 */
export async function createDatabase(
  session: Session,
  name: string,
  request: DatabaseRequest,
  majorVersion: number,
): Promise<Finding[]> {
  const attempts = localeAttempts(request, majorVersion);
  const encoding = ` ENCODING ${literal(request.encoding ?? 'UTF8')}`;
  let refusal: ServerError | null = null;
  for (const { options, exact } of attempts) {
    try {
      await session.text(`CREATE DATABASE ${quoted(name)} TEMPLATE template0${encoding}${options}`);
      return exact
        ? []
        : [
            finding(
              'COLLATION_REPLACED',
              `database ${name} asks for the locale ${describe(request)}, which this server does not offer; ${options.includes(`'C.UTF-8'`) ? 'C.UTF-8' : 'C'} was used`,
            ),
          ];
    } catch (error) {
      if (!(error instanceof ServerError) || notAboutLocale.has(error.sqlState)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new Error('no locale to try');
}

const describe = (request: DatabaseRequest): string =>
  [
    request.localeProvider,
    request.icuLocale ?? request.builtinLocale ?? request.locale ?? request.collate ?? request.ctype,
  ]
    .filter((part) => part !== null)
    .join(' ');

function localeAttempts(
  request: DatabaseRequest,
  majorVersion: number,
): { options: string; exact: boolean }[] {
  const replacements = ["'C.UTF-8'", "'C'"].map((locale) => ({
    options: `${libc(majorVersion)} LC_COLLATE ${locale} LC_CTYPE ${locale}`,
    exact: false,
  }));
  const asked = askedLocale(request, majorVersion);
  if (asked === null) return replacements;
  const silent = asked === '';
  // A locale that was never asked for is not replaced: it is merely chosen to fit the encoding.
  return [{ options: asked, exact: true }, ...replacements.map((attempt) => ({ ...attempt, exact: silent }))];
}

const libc = (majorVersion: number): string => (majorVersion >= 15 ? ' LOCALE_PROVIDER libc' : '');

/** The options for what the dump asks; null when this version has no such provider. */
function askedLocale(request: DatabaseRequest, majorVersion: number): string | null {
  const { locale, collate, ctype, icuLocale, builtinLocale } = request;
  const provider = (request.localeProvider ?? 'libc').toLowerCase();
  const option = (word: string, value: string | null): string =>
    value === null ? '' : ` ${word} ${literal(value)}`;
  const common = option('LC_COLLATE', collate) + option('LC_CTYPE', ctype);
  if (provider === 'libc') {
    const asked = option('LOCALE', locale) + common;
    return asked === '' ? '' : libc(majorVersion) + asked;
  }
  // ICU came to databases with 15, the builtin provider with 17 (release notes); LOCALE names the provider's locale from 15/17 on.
  if (majorVersion < (provider === 'icu' ? 15 : 17)) return null;
  const own =
    provider === 'icu'
      ? option('ICU_LOCALE', icuLocale ?? locale)
      : option('BUILTIN_LOCALE', builtinLocale ?? locale);
  return ` LOCALE_PROVIDER ${provider}${own}${common}`;
}
