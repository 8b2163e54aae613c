import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { restoreImages } from '../../../lib/infra/tasks/processors.ts';
import { aConfig } from '../support/configs.ts';
import { cdkContext, emptyBundles, makeDrillStack } from '../support/synth.ts';

interface AssetManifest {
  dockerImages?: Record<string, { source: { platform: string } }>;
}

const context = mkdtempSync(join(tmpdir(), 'restore-drill-context-'));
writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\n');
const config = aConfig(`
databases:
  shop:
    source: { bucket: acme-backups }
    hooks: { migrate: { image: "ghcr.io/acme/migrate:3", platform: arm64 } }
`);
const app = new App({ context: { ...cdkContext, restoreArch: 'x86_64' } });
makeDrillStack(app, {
  config,
  bundles: emptyBundles(),
  restoreImageOn: restoreImages({ restore: null, sandbox: null }, () => context),
});
const { directory } = app.synth();

test('the image is built for the processors that tasks run on, once for each', () => {
  const platforms = readdirSync(directory)
    .filter((file) => file.endsWith('.assets.json'))
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as AssetManifest)
    .flatMap(({ dockerImages }) => Object.values(dockerImages ?? {}).map(({ source }) => source.platform));
  expect(platforms.toSorted()).toEqual(['linux/amd64', 'linux/arm64']);
});
