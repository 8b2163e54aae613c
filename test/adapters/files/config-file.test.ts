import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../lib/adapters/files/config-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(content: string | Buffer) {
  await writeFile(join(folder, 'drills.yaml'), content);
  return readConfig(join(folder, 'drills.yaml'));
}

describe('the file drills.yaml', () => {
  it('is read', async () => {
    expect(Object.keys((await read('databases: { shop: { source: { folder: . } } }')).databases)).toEqual([
      'shop',
    ]);
  });

  it('with mistakes is refused with each of them on a line of its own', async () => {
    const reading = read(
      'databases:\n  shop:\n    source: { folder: . }\n    objectives: { rto: 4x, rpo: never }\n',
    );

    await expect(reading).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: [
        `${folder}/drills.yaml:4:24 databases.shop.objectives.rto: "4x" is not a duration – write e.g. 90m, 4h, 1d, 1h30m`,
        `${folder}/drills.yaml:4:33 databases.shop.objectives.rpo: "never" is not a duration – write e.g. 90m, 4h, 1d, 1h30m`,
      ].join('\n'),
    });
  });

  it('that is missing is named', async () => {
    await expect(readConfig(join(folder, 'none.yaml'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${folder}/none.yaml does not exist`,
    });
  });

  it('that is a folder is named', async () => {
    await expect(readConfig(folder)).rejects.toMatchObject({ message: `${folder} is a folder` });
  });

  it('that is no text is refused', async () => {
    await expect(read(Buffer.from([0x64, 0xff, 0xfe, 0x00]))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('is not UTF-8 text'),
    });
  });
});
