import { describe, expect, test } from 'vitest';
import { drillsYaml, wholeDump } from '../support/databases.ts';
import { expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

/** The stack while it is deployed again. After everything else: it changes what the other scenarios run on. */
export function deploymentScenarios(world: () => World): void {
  describe('a deployment', () => {
    test('in the middle of a drill changes neither its course nor what the ledger knows', async () => {
      await world().backUp('updated', wholeDump());
      world().fargate.hold('drill-updated');
      const execution = await world().account.start({ database: 'updated' }, 'drill-updated');
      await world().account.reached(execution, 'Restore dump into sandbox');
      const before = { ...world().account.outputs };

      await world().deploy(drillsYaml(stackName, { objectives: { rto: '2h', rpo: '48h' } }));
      world().fargate.release('drill-updated');
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectSealed(world(), { id: 'drill-updated', database: 'updated', verdict: 'PROVEN' });
      for (const name of ['LedgerTable', 'EvidenceBucket', 'StateMachineArn'])
        expect(world().account.output(name), name).toBe(before[name]);
      expect((await world().account.records('shop')).length).toBeGreaterThan(0);
    });

    test('is what the next drill runs on', async () => {
      await world().backUp('updated', wholeDump(), 0);
      const execution = await world().account.start({ database: 'updated' }, 'drill-after-update');
      expect((await world().account.ended(execution)).status).toBe('SUCCEEDED');
      const record = await expectSealed(world(), {
        id: 'drill-after-update',
        database: 'updated',
        verdict: 'PROVEN',
      });
      expect(record.rto.targetSeconds).toBe(2 * 3600);
    });
  });

  describe('a stack that was destroyed', () => {
    test('leaves ledger and evidence, and another goes on with them', async () => {
      const { LedgerTable = '', EvidenceBucket = '' } = world().account.outputs;
      const known = await world().account.records('updated');

      await world().destroy();
      await world().deploy(
        drillsYaml(stackName, {}, { kept: { ledgerTable: LedgerTable, evidenceBucket: EvidenceBucket } }),
      );

      expect(world().account.output('LedgerTable')).toBe(LedgerTable);
      expect(await world().account.records('updated')).toEqual(known);
      const dump = await world().backUp('updated', wholeDump(), 0);
      const execution = await world().account.start({ database: 'updated' }, 'drill-adopted');
      const ended = await world().account.ended(execution);
      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const [newest] = await world().account.records('updated');
      expect(newest).toMatchObject({ drillId: 'drill-adopted', provenDump: dump });
    });
  });
}
