/** Packs files into a tar with the end mark that tar programs write. */
import { pack } from 'tar-stream';

export async function buildTar(files: [string, Buffer][]): Promise<Buffer> {
  const packing = pack();
  for (const [name, bytes] of files) packing.entry({ name }, bytes);
  packing.finalize();
  const parts: Buffer[] = [];
  for await (const part of packing) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
