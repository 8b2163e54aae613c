import { request as httpRequest } from 'node:http';
import { until } from './account.ts';
import type { World } from './world.ts';

/** Links of the notification that a waiting restore sent, as the inbox of a subscriber would hold them. */
export async function linksOf(world: World, drillId: string): Promise<{ approve: string; decline: string }> {
  return until(120, `the notification of ${drillId}`, () => {
    const messages = world.front.calls
      .filter(({ service, command }) => service === 'sns' && command === 'Publish')
      .map(({ input }) => (JSON.parse(String(input.Message)) as { email: string }).email);
    const urls = messages.flatMap((message) => message.match(/https?:\/\/\S+/g) ?? []);
    const link = (decision: string) =>
      urls.find((url) => url.includes(`decision=${decision}`) && url.includes(drillId));
    const approve = link('approved');
    const decline = link('declined');
    return Promise.resolve(approve === undefined || decline === undefined ? null : { approve, decline });
  });
}

/** Opens a link as a browser does: the emulator plays the domain of function URLs by the name of the host. */
export function open(
  world: World,
  link: string,
  method: 'GET' | 'POST',
): Promise<{ status: number; page: string }> {
  const { host, pathname, search } = new URL(link);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port: world.account.port,
        method,
        path: `${pathname}${search}`,
        headers: { host },
      },
      (incoming) => {
        let page = '';
        incoming.setEncoding('utf8').on('data', (text: string) => {
          page += text;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, page }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
