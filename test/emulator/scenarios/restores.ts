import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handedOverTag, tagKeys } from '../../../lib/contract/names.ts';
import { buildCommandLine } from '../../support/built-command-line.ts';
import { repositoryRoot } from '../../support/repository-root.ts';
import { until } from '../support/account.ts';
import { linksOf, open } from '../support/approval-links.ts';
import { type DatabaseName, wholeDump } from '../support/databases.ts';
import { credentials, region } from '../support/emulator.ts';
import { instanceOf, rowsThroughSecret } from '../support/handed-over.ts';
import { expectNothingLeft, expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

const run = promisify(execFile);

/** The real restore, from a proven dump to the decision of a person. */
export function restoreScenarios(world: () => World): void {
  describe('a real restore', () => {
    let folder: string;
    beforeAll(() => {
      folder = buildCommandLine();
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** A drill proves the newest dump; then the day comes. @returns the waiting execution */
    async function waiting(database: DatabaseName, id: string): Promise<string> {
      await world().backUp(database, wholeDump());
      const drill = await world().account.start({ database }, `${id}-drill`);
      expect((await world().account.ended(drill)).status).toBe('SUCCEEDED');
      const restore = await world().account.start({ mode: 'restore', database, confirm: database }, id);
      await world().account.reached(restore, 'Await approval', 120);
      return restore;
    }

    test('that is approved by the link of the notification is promoted and handed over', async () => {
      const execution = await waiting('kept-by-link', 'restore-link');
      const { approve } = await linksOf(world(), 'restore-link');

      const question = await open(world(), approve, 'GET');
      expect(question.status).toBe(200);
      expect(question.page).toContain('kept-by-link');
      expect(
        (
          await open(
            world(),
            approve.replace(/signature=./, (begin) => `signature=${begin.endsWith('0') ? '1' : '0'}`),
            'POST',
          )
        ).status,
      ).not.toBe(200);
      expect(await world().account.states(execution)).not.toContain('Promote');
      expect((await open(world(), approve, 'POST')).status).toBe(200);
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectHandedOver(world(), { id: 'restore-link', database: 'kept-by-link' });
    });

    test('that is approved on the command line is promoted and handed over', async () => {
      const execution = await waiting('kept-by-cli', 'restore-cli');

      const words = ['approve', 'restore-cli', '--yes', '--stack', stackName, '--region', region];
      const { stderr, stdout } = await run(process.execPath, [join(folder, 'restore-drill.js'), ...words], {
        cwd: repositoryRoot,
        env: {
          ...credentials,
          PATH: process.env.PATH,
          HOME: world().directory,
          AWS_ENDPOINT_URL: `http://127.0.0.1:${world().account.port}`,
        },
      });
      const ended = await world().account.ended(execution);

      expect(`${stdout}${stderr}`).not.toMatch(/taskToken/i);
      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectHandedOver(world(), { id: 'restore-cli', database: 'kept-by-cli' });
    });

    test('that is stopped after its approval is kept, and what was left undone is said', async () => {
      await world().backUp('stopped', wholeDump());
      // Nothing can be put back of what the checks changed: that alone once threw the restore away.
      world().front.refusals.push(({ door, command, input }) =>
        door.endsWith('prepare-hand-over') &&
        command === 'GetObject' &&
        /restore-stopped/.test(String(input.Key))
          ? { status: 403, headers: { 'content-length': '0' }, body: Buffer.alloc(0) }
          : null,
      );
      const executionArn = await world().account.start(
        { mode: 'restore', database: 'stopped', confirm: 'stopped' },
        'restore-stopped',
      );
      const { approve } = await linksOf(world(), 'restore-stopped');
      await world().account.reached(executionArn, 'Await approval', 120);

      expect((await open(world(), approve, 'POST')).status).toBe(200);
      await world().account.reached(executionArn, 'Wait for promotion', 120);
      await world().account.sfn.send(new StopExecutionCommand({ executionArn, cause: 'stopped too late' }));
      const record = await until(120, 'the clean-up', async () => {
        const [sealed] = await world().account.records('stopped');
        // The lock goes last: the record is told of before.
        const lock = await world().account.item('lock#stopped', 'lock');
        return sealed?.handOver === undefined || lock !== null ? null : sealed;
      });

      const identifier = record.handOver?.sandboxId ?? '';
      world().handedOver.add(identifier);
      expect(record.handOver?.complete).toBe(false);
      expect(record.findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['INTERRUPTED', 'HAND_OVER_REFUSED', 'PROMOTION_FAILED']),
      );
      await world().sweep();
      const instance = await instanceOf(world(), identifier);
      const tags = (instance.TagList ?? []).map(({ Key }) => Key);
      expect({ protected: instance.DeletionProtection, leased: tags.includes(tagKeys.lease) }).toEqual({
        ...{ protected: true, leased: false },
      });
      await expectNothingLeft(world(), 'stopped');
    });

    test('that is declined is torn down like a drill, and ends FAILED; that no drill proved the dump was said', async () => {
      await world().backUp('declined', wholeDump());
      const execution = await world().account.start(
        { mode: 'restore', database: 'declined', confirm: 'declined' },
        'restore-declined',
      );
      const { decline } = await linksOf(world(), 'restore-declined');
      await world().account.reached(execution, 'Await approval');

      expect((await open(world(), decline, 'POST')).status).toBe(200);
      const ended = await world().account.ended(execution);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'RESTORE_DECLINED' });
      expect(await world().account.states(execution)).not.toContain('Promote');
      const [record] = await world().account.records('declined');
      expect(record?.drillId).toBe('restore-declined');
      expect(record?.findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['NEVER_PROVEN', 'RESTORE_DECLINED']),
      );
      await expectNothingLeft(world(), 'declined');
    });
  });
}

/** Kept for good: protected, without a lease, out of reach of the sweeper, and open to its secret. */
async function expectHandedOver(world: World, restore: { id: string; database: string }): Promise<void> {
  const records = await world.account.records(restore.database);
  const record = records.find(({ drillId }) => drillId === restore.id);
  expect(record?.handOver).toMatchObject({ complete: true });
  const identifier = record?.handOver?.sandboxId ?? '';
  world.handedOver.add(identifier);
  await expectSealed(world, { ...restore, verdict: 'PROVEN' });

  await world.sweep();

  const instance = await instanceOf(world, identifier);
  expect(instance).toMatchObject({ DeletionProtection: true, MultiAZ: true });
  const tags = (instance.TagList ?? []).map(({ Key }) => Key);
  expect(tags).toContain(handedOverTag);
  expect(tags).not.toContain(tagKeys.lease);
  expect(await rowsThroughSecret(world, instance, 'shop.products')).toBe(40);
  // FORCE ROW LEVEL SECURITY is back: the owner of the table sees none of its 250 rows, as at the source.
  expect(await rowsThroughSecret(world, instance, 'shop.customers')).toBe(0);
}
