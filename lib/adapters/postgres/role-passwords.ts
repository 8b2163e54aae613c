import { createHash, createHmac, pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { literal, quoted } from '../../domain/text/sql-text.ts';
import type { RolePasswordSetter } from '../../ports/drill-ports.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { queryError } from './query-error.ts';

const pbkdf2 = promisify(pbkdf2Callback);

/** PostgreSQL's own numbers (src/include/common/scram-common.h): 4096 iterations, a salt of 16 bytes. */
const iterations = 4096;
const saltBytes = 16;
const keyBytes = 32;

/**
 * The verifier that PostgreSQL keeps in pg_authid: `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>` (RFC 5803, and
 * the chapter "Password Authentication" of its documentation). Computed here, so that the password itself never
 * reaches the server, its log or its statistics.
 */
export async function scramVerifier(password: string, salt = randomBytes(saltBytes)): Promise<string> {
  const salted = await pbkdf2(prepared(password), salt, iterations, keyBytes, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  const serverKey = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** "Commonly mapped to nothing" (RFC 3454, table B.1), without the variation selectors. */
const leftOut: ReadonlySet<string> = new Set(
  [0xad, 0x34f, 0x1806, 0x180b, 0x180c, 0x180d, 0x200c, 0x200d, 0x2060, 0xfeff].map((point) =>
    String.fromCodePoint(point),
  ),
);

/**
 * SASLprep as far as it changes anything for passwords in use: clients and servers normalise to NFKC, with spaces of any
 * kind as U+0020 and soft hyphens and the like left out (RFC 4013 section 2.1, 2.2). Where a password holds what
 * SASLprep prohibits, libpq and the server use its bytes as they are; so do we.
 */
function prepared(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const mapped = [...password]
    .filter((character) => !leftOut.has(character))
    .map((character) => (/\p{Zs}|\u200b/u.test(character) ? ' ' : character))
    .join('')
    .normalize('NFKC');
  return /[\p{Cc}\p{Co}\p{Cs}\p{Cn}]/u.test(mapped) || mapped === '' ? password : mapped;
}

/** Sets passwords as verifiers, one role at a time: that one is refused says nothing about the others. */
export function createRolePasswordSetter(access: SandboxAccess): RolePasswordSetter {
  return {
    async set(address, passwords) {
      const client = new pg.Client(await access.connection(address, 'postgres'));
      client.on('error', () => {});
      const refused: { role: string; sqlState: string }[] = [];
      try {
        await client.connect();
        // The server's parameters for loading wait for no commit, and whoever is told of a password must find it after a crash.
        await client.query('set synchronous_commit = on');
        for (const { role, password } of passwords) {
          const verifier = await scramVerifier(password);
          const sql = `alter role ${quoted(role)} password ${literal(verifier)}`;
          const sqlState = await refusal(client, sql);
          if (sqlState !== null) refused.push({ role, sqlState });
        }
        return refused;
      } catch (error) {
        // The statement is left out of the message: a verifier is worth guessing at.
        throw queryError(error, 'alter role', 0);
      } finally {
        await client.end().catch(() => {});
      }
    },
  };
}

/** @returns null, or the SQLSTATE of the server's refusal. @throws what is none, such as a lost connection */
async function refusal(client: pg.Client, sql: string): Promise<string | null> {
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    // 08 and 57P0x: the connection is gone; nothing can be said of the role.
    if (error instanceof pg.DatabaseError && error.code !== undefined && !/^(08|57P)/.test(error.code))
      return error.code;
    throw error;
  }
}
