import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { repositoryRoot } from '../../support/repository-root.ts';
import { account, credentials, region } from './emulator.ts';

const run = promisify(execFile);

export interface DeploymentOptions {
  /** For the configuration, the assembly and the CLI's own files. */
  directory: string;
  endpointPort: number;
  /** The content of drills.yaml. */
  config: object;
  stackName: string;
  /** The account is bootstrapped already. */
  again?: boolean;
}

/** Name → value, lib/contract/outputs.ts. */
export type StackOutputs = Record<string, string>;

/**
 * Bootstraps the account and deploys the real template with the real CDK CLI. Only two things differ from a user's
 * deployment: the endpoint, and an image that is taken from a registry, because there is no engine to build it with.
 */
export async function deploy(options: DeploymentOptions): Promise<StackOutputs> {
  const { directory, config, stackName } = options;
  mkdirSync(directory, { recursive: true });
  const configPath = join(directory, 'drills.yaml');
  writeFileSync(configPath, stringify(config));
  const outputs = join(directory, 'outputs.json');
  // Away from cdk.json: bootstrapping needs no app.
  if (options.again !== true) await cdk(options, ['bootstrap', `aws://${account}/${region}`], directory);
  await cdk(options, [
    'deploy',
    stackName,
    '--method=direct',
    '--require-approval=never',
    `--outputs-file=${outputs}`,
    `--output=${join(directory, 'cdk.out')}`,
    `--context=config=${configPath}`,
    `--context=restoreImage=${account}.dkr.ecr.${region}.amazonaws.com/restore-drill:test`,
    `--context=sandboxImage=${account}.dkr.ecr.${region}.amazonaws.com/restore-drill:test-sandbox`,
  ]);
  const written = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, StackOutputs>;
  return written[stackName] ?? {};
}

/** Destroys the stack as a user does. What is kept stays in the account. */
export async function destroy(options: DeploymentOptions): Promise<void> {
  const { directory, stackName } = options;
  await cdk(options, ['destroy', stackName, '--force', `--app=${join(directory, 'cdk.out')}`]);
}

async function cdk(
  { directory, endpointPort }: DeploymentOptions,
  words: string[],
  cwd = repositoryRoot,
): Promise<void> {
  // By name: a bare address would be read as the host of a bucket.
  const endpoint = `http://localhost:${endpointPort}`;
  const env = {
    ...credentials,
    PATH: process.env.PATH,
    // The CLI remembers account ids per access key in its home.
    HOME: directory,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    CI: 'true',
  };
  const program = join(repositoryRoot, 'node_modules', '.bin', 'cdk');
  try {
    await run(program, words, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`cdk ${words[0]} failed:\n${stdout.slice(-4000)}\n${stderr.slice(-8000)}`);
  }
}
