import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { makeDrillApp } from '../../../lib/infra/drill-app.ts';
import { cdkContext } from '../support/synth.ts';

interface AssetManifest {
  dockerImages?: Record<string, { source: { platform: string } }>;
}

test('the image is built for the processors that tasks run on, once for each', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'restore-drill-app-')), 'drills.yaml');
  writeFileSync(
    config,
    `databases:
  shop:
    source: { bucket: acme-backups }
    hooks: { migrate: { image: "ghcr.io/acme/migrate:3", platform: arm64 } }
`,
  );
  const app = new App({ context: { ...cdkContext, config, restoreArch: 'x86_64' } });
  await makeDrillApp(app, process.cwd());
  const { directory } = app.synth();

  const manifests = readdirSync(directory)
    .filter((file) => file.endsWith('.assets.json'))
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as AssetManifest);
  const platforms = manifests.flatMap(({ dockerImages }) =>
    Object.values(dockerImages ?? {}).map(({ source }) => source.platform),
  );
  expect(platforms.toSorted()).toEqual(['linux/amd64', 'linux/arm64']);
}, 60_000);
