import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReceivingServer, startReceivingServer } from '../../support/receiving-server.ts';
import { notifySecretNames } from '../support/databases.ts';
import { stackName, type World } from '../support/world.ts';

const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Those whom drills.yaml names hear of a drill by the deployed functions. */
export function notificationScenarios(world: () => World): void {
  describe('those who are told', () => {
    let server: ReceivingServer;
    beforeAll(async () => {
      server = await startReceivingServer();
      const { secrets, ssm } = world().account;
      const secret = (Name: string, SecretString: string) =>
        secrets.send(new CreateSecretCommand({ Name, SecretString }));
      const parameter = (Name: string, Value: string) =>
        ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
      await secret(notifySecretNames.slackUrl, `${server.origin}/very-secret-slack`);
      await secret(notifySecretNames.signingSecret, signing);
      await parameter(notifySecretNames.webhookUrl, `${server.origin}/events`);
      await parameter(notifySecretNames.pingUrl, `${server.origin}/ping/{database}`);
    });
    afterAll(() => server?.stop());

    test('hear of the beginning and the end of a drill, by secrets of both stores', async () => {
      // It has no dump, so that it ends at once.
      const execution = await world().account.start({ database: 'told' }, 'drill-told');
      expect(await world().account.ended(execution)).toMatchObject({ error: 'COULD_NOT_VERIFY' });

      expect(server.received.map(({ path }) => path).sort()).toEqual([
        ...['/events', '/ping/told/fail', '/ping/told/start', '/very-secret-slack'],
      ]);
      const event = server.received.find(({ path }) => path === '/events');
      const headers = event?.headers as Record<string, string>;
      expect(new Webhook(signing).verify(event?.body ?? '', headers)).toMatchObject({
        type: 'Drill Sealed',
        data: { drillId: 'drill-told', verdict: 'COULD_NOT_VERIFY' },
      });
      const published = world().front.calls.find(
        ({ command, input }) => command === 'Publish' && String(input.Subject).includes('told'),
      );
      expect(published?.input.MessageStructure).toBe('json');
    });

    test('are counted when they do not take it, and their address is in no log', async () => {
      server.answer = (response, { path }) => {
        response.statusCode = path === '/very-secret-slack' ? 403 : 200;
        response.end();
      };
      const execution = await world().account.start({ database: 'told' }, 'drill-told-again');
      await world().account.ended(execution);

      const log = `/aws/lambda/${stackName}-seal-record`;
      const lines = (await world().account.logLines(log, 'drill-told-again')).join('\n');
      expect(lines).toContain('"unheard":"yes"');
      expect(lines).toContain('it answered HTTP 403');
      expect(lines).not.toContain('very-secret-slack');
    });
  });
}
