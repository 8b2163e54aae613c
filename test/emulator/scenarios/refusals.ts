import { describe, expect, test } from 'vitest';
import { type DatabaseName, wholeDump } from '../support/databases.ts';
import type { WireReply } from '../support/front.ts';
import { expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

/** An error of S3 as it stands on the wire. */
function s3Error(status: number, code: string, message: string): WireReply {
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
  return {
    status,
    headers: { 'content-type': 'application/xml', 'content-length': String(body.length) },
    body,
  };
}

/** AWS says no, or nothing: the rights and keys of the user's own account, and a service that is down. */
export function refusalScenarios(world: () => World): void {
  describe('what AWS refuses', () => {
    async function failedDrill(database: DatabaseName, id: string) {
      const execution = await world().account.start({ database }, id);
      const ended = await world().account.ended(execution);
      expect(ended).toMatchObject({ status: 'FAILED', error: 'COULD_NOT_VERIFY' });
      const record = await expectSealed(world(), { id, database, verdict: 'COULD_NOT_VERIFY' });
      return { cause: ended.cause ?? '', codes: record.findings.map(({ code }) => code) };
    }

    test('a bucket that we may not list: said as such', async () => {
      await world().backUp('closed', wholeDump());
      world().front.refusals.push(({ command, input }) =>
        command === 'ListObjectsV2' && String(input.Prefix).startsWith('closed/')
          ? s3Error(403, 'AccessDenied', 'Access Denied')
          : null,
      );

      const { cause, codes } = await failedDrill('closed', 'drill-closed');

      expect(codes).toContain('DUMP_UNREADABLE');
      expect(cause).toMatch(/is not allowed/);
    });

    test('a dump whose key we may not use: said as such, not as damage of the dump', async () => {
      await world().backUp('locked', wholeDump());
      world().front.refusals.push(({ command, input }) =>
        command === 'GetObject' && String(input.Key).startsWith('locked/')
          ? s3Error(403, 'AccessDenied', 'User is not authorized to perform: kms:Decrypt on this resource')
          : null,
      );

      const { codes } = await failedDrill('locked', 'drill-locked');

      expect(codes).toContain('DUMP_UNREADABLE');
      expect(codes).not.toContain('DUMP_CORRUPT');
    });

    test('an outage of SNS changes no verdict, and is counted where an alarm looks', async () => {
      await world().backUp('unheard', wholeDump());
      world().front.refusals.push(({ service, command, input }) =>
        service === 'sns' && command === 'Publish' && String(input.Subject).includes('unheard')
          ? { status: 503, headers: { 'content-length': '0' }, body: Buffer.alloc(0) }
          : null,
      );

      const execution = await world().account.start({ database: 'unheard' }, 'drill-unheard');
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectSealed(world(), { id: 'drill-unheard', database: 'unheard', verdict: 'PROVEN' });
      // The metric filter of the log group counts exactly these lines.
      const counted = await world().account.logLines(
        `/aws/lambda/${stackName}-seal-record`,
        '"unheard":"yes"',
      );
      expect(counted).toHaveLength(1);
    });
  });
}
