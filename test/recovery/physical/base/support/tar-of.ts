import { type Header, pack } from 'tar-stream';

/** A member by its header; its content is a file's only. */
export type TarEntry = Partial<Header> & { name: string; content?: string | Buffer };

/** A tar as tar programs write it, of whatever headers. */
export async function tarOf(entries: Iterable<TarEntry>): Promise<Buffer> {
  const packing = pack();
  const parts: Buffer[] = [];
  const read = (async () => {
    for await (const part of packing) parts.push(part as Buffer);
  })();
  for (const { content, ...headers } of entries)
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (content === undefined) packing.entry(headers, done);
      else packing.entry(headers, Buffer.from(content), done);
    });
  packing.finalize();
  await read;
  return Buffer.concat(parts);
}

/** The least that is recognised as a data directory. */
export const dataDirectory: TarEntry[] = [
  { name: 'PG_VERSION', content: '15\n' },
  {
    name: 'backup_label',
    content: 'START WAL LOCATION: 0/F00028 (file 00000001000000000000000F)\nCHECKPOINT LOCATION: 0/F00060\n',
  },
];
