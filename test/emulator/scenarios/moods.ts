import { describe, expect, test } from 'vitest';
import { sandboxIdFor } from '../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { cutDump, type DatabaseName, wholeDump } from '../support/databases.ts';
import type { WireReply } from '../support/front.ts';
import { expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

/** An error of RDS as it stands on the wire. */
function rdsError(status: number, code: string, message: string): WireReply {
  const body = Buffer.from(
    `<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  );
  return {
    status,
    headers: { 'content-type': 'text/xml', 'content-length': String(body.length) },
    body,
  };
}

/** An account that is short of something, or whose organisation forbids something, as AWS documents its answers. */
export function moodScenarios(world: () => World): void {
  describe('an account', () => {
    /** Answers the first `times` requests for the instance of a drill so, and tells what was asked for. */
    function refuseInstances(drillId: string, times: number, reply: WireReply) {
      const asked: Record<string, unknown>[] = [];
      world().front.refusals.push(({ command, input }) => {
        const ours = String(input.DBInstanceIdentifier).startsWith(sandboxIdFor(stackName, drillId));
        if (command !== 'CreateDBInstance' || !ours) return null;
        asked.push(input);
        return asked.length <= times ? reply : null;
      });
      return asked;
    }

    async function drill(database: DatabaseName, id: string, dump = wholeDump()) {
      await world().backUp(database, dump);
      return world().account.ended(await world().account.start({ database }, id));
    }

    test('without capacity in a zone has the drill carried out in another place', async () => {
      const scarce = rdsError(400, 'InsufficientDBInstanceCapacity', 'no capacity in this zone');
      const asked = refuseInstances('drill-scarce', 1, scarce);

      const { status, cause } = await drill('scarce', 'drill-scarce');

      expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectSealed(world(), { id: 'drill-scarce', database: 'scarce', verdict: 'PROVEN' });
      expect(asked).toHaveLength(2);
      const places = asked.map((input) => `${input.DBInstanceClass} ${input.AvailabilityZone}`);
      expect(new Set(places).size).toBe(2);
    });

    test.each<[string, DatabaseName, WireReply, string, RegExp]>([
      [
        'at its quota',
        'crowded',
        rdsError(400, 'InstanceQuotaExceeded', 'the quota of instances is used up'),
        'QUOTA_EXCEEDED',
        /quota of instances is used up/,
      ],
      [
        'whose tag policy wants a tag that is not there',
        'untagged',
        rdsError(
          403,
          'AccessDenied',
          'not authorized to perform: rds:CreateDBInstance with an explicit deny in a tag policy',
        ),
        'SANDBOX_UNAVAILABLE',
        /explicit deny in a tag policy/,
      ],
    ])('%s makes the drill say so in the words of AWS, and leaves nothing', async (...given) => {
      const [, database, reply, code, words] = given;
      refuseInstances(`drill-${database}`, 99, reply);

      const ended = await drill(database, `drill-${database}`);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'COULD_NOT_VERIFY' });
      const record = await expectSealed(world(), {
        id: `drill-${database}`,
        database,
        verdict: 'COULD_NOT_VERIFY',
      });
      expect(record.findings.find((one) => one.code === code)?.message).toMatch(words);
    });
  });

  describe('a dump in doubt', () => {
    test('is read by a task before anything is made, and a broken one costs no instance', async () => {
      await world().backUp('doubted', cutDump());
      const execution = await world().account.start({ database: 'doubted' }, 'drill-doubted');
      const ended = await world().account.ended(execution);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'NOT_PROVEN' });
      const states = await world().account.states(execution);
      expect(states).toContain('Read dump');
      expect(states).not.toContain('Provision sandbox');
      const record = await expectSealed(world(), {
        id: 'drill-doubted',
        database: 'doubted',
        verdict: 'NOT_PROVEN',
      });
      expect(record.findings.map(({ code }) => code)).toContain('DUMP_TRUNCATED');
    });

    test('that is whole is restored after it was read', async () => {
      await world().backUp('doubted', wholeDump(), 0);
      const execution = await world().account.start({ database: 'doubted' }, 'drill-undoubted');
      const { status, cause } = await world().account.ended(execution);

      expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        id: 'drill-undoubted',
        database: 'doubted',
        verdict: 'PROVEN',
      });
      expect(record.phases.map(({ name }) => name)).toContain('Read dump');
    });
  });
}
