import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { bundleRestoreImage } from '../../support/built-parts.ts';
import { Account } from './account.ts';
import { backupBucket, drillsYaml, dumpKey } from './databases.ts';
import { type DeploymentOptions, deploy, destroy } from './deployment.ts';
import { Emulator, freePort, region } from './emulator.ts';
import { Fargate } from './fargate.ts';
import { Front } from './front.ts';
import { imageOf } from './image-program.ts';
import { rdsCatalogue } from './rds-catalogue.ts';
import { RdsInstances } from './rds-instances.ts';
import { RecordExports } from './record-exports.ts';
import { makeSandboxServers } from './sandbox-servers.ts';
import { describedTasks, type ExitCodes } from './task-network.ts';
import { TaskVolumes } from './task-volumes.ts';
import { templateSupplements } from './unknown-resources.ts';

export const stackName = 'restore-drill-test';

/** An emulated account with the stack in it, and everything that plays what the emulator lacks. */
export class World {
  readonly directory: string;
  readonly account: Account;
  readonly front: Front;
  readonly instances: RdsInstances;
  readonly fargate: Fargate;
  readonly volumes: TaskVolumes;
  readonly exports: RecordExports;
  /** Instances that real restores left, as they should. */
  readonly handedOver = new Set<string>();
  readonly caBundlePath: string;
  /** Asks as everything in the account does: through the front. */
  readonly rds: RDSClient;
  readonly #emulator: Emulator;
  readonly #deployment: Pick<DeploymentOptions, 'directory' | 'endpointPort' | 'stackName'>;

  private constructor(parts: {
    directory: string;
    account: Account;
    front: Front;
    instances: RdsInstances;
    fargate: Fargate;
    volumes: TaskVolumes;
    exports: RecordExports;
    emulator: Emulator;
    caBundlePath: string;
    frontPort: number;
  }) {
    this.directory = parts.directory;
    this.account = parts.account;
    this.front = parts.front;
    this.instances = parts.instances;
    this.fargate = parts.fargate;
    this.volumes = parts.volumes;
    this.exports = parts.exports;
    this.#emulator = parts.emulator;
    const { frontPort: endpointPort } = parts;
    this.#deployment = { directory: join(parts.directory, 'deployment'), endpointPort, stackName };
    this.caBundlePath = parts.caBundlePath;
    this.rds = new RDSClient({
      region,
      endpoint: `http://127.0.0.1:${parts.frontPort}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** @param config the drills.yaml that is deployed; it must name this stack */
  static async start(config: object = drillsYaml(stackName)): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), 'restore-drill-emulated-'));
    const servers = makeSandboxServers(directory);
    const frontPort = await freePort();
    const emulator = await Emulator.start(frontPort, directory, servers.caBundlePath);
    const account = new Account(emulator.port);
    const instances = new RdsInstances(account.secrets, servers.start);
    const exitCodes: ExitCodes = new Map();
    const volumes = new TaskVolumes(
      account.ecs,
      `http://127.0.0.1:${emulator.port}`,
      join(directory, 'volumes'),
    );
    const exports = new RecordExports();
    const front = new Front(emulator.port, {
      'ecs:DescribeTasks': describedTasks(exitCodes, volumes),
      'ecs:RunTask': volumes.supplement,
      ...rdsCatalogue,
      ...instances.supplements(),
      ...exports.supplements(),
      ...templateSupplements(account.s3),
    });
    try {
      await front.listen(frontPort);
      await makeBackupBucket(account);
      account.outputs = await deploy({
        directory: join(directory, 'deployment'),
        endpointPort: frontPort,
        config,
        stackName,
      });
    } catch (error) {
      await front.close();
      await emulator.stop();
      throw error;
    }
    const fargate = new Fargate({
      ecs: account.ecs,
      cluster: account.output('RestoreCluster'),
      image: imageOf(bundleRestoreImage(join(directory, 'image'))),
      endpointPort: frontPort,
      directory: join(directory, 'tasks'),
      caBundlePath: servers.caBundlePath,
      exitCodes,
      volumes,
    });
    await fargate.begin();
    const { caBundlePath } = servers;
    return new World({
      ...{
        directory,
        account,
        front,
        instances,
        fargate,
        volumes,
        exports,
        emulator,
        caBundlePath,
        frontPort,
      },
    });
  }

  /** Ends every process; keeps the logs when asked to (`EMULATOR_KEEP=1`). */
  async stop(): Promise<void> {
    await this.fargate.stop();
    await this.volumes.stop();
    await this.instances.stop();
    await this.front.close();
    await this.#emulator.stop();
    if (process.env.EMULATOR_KEEP !== '1') rmSync(this.directory, { recursive: true, force: true });
  }

  /** Deploys again, with another drills.yaml. */
  async deploy(config: object): Promise<void> {
    this.account.outputs = await deploy({ ...this.#deployment, config, again: true });
  }

  async destroy(): Promise<void> {
    await destroy({ ...this.#deployment, config: {} });
  }

  /** Runs the sweeper as its schedule does, whose rule the emulator does not wait for. */
  async sweep(): Promise<void> {
    await this.account.invoke(this.account.output('SweepFunction'), {});
  }

  /** A backup job of `hoursAgo` hours ago wrote this dump. @returns its key */
  async backUp(database: string, body: Buffer, hoursAgo = 1): Promise<string> {
    const key = dumpKey(database, hoursAgo);
    await this.account.putDump(backupBucket, key, body);
    return key;
  }
}

async function makeBackupBucket({ s3 }: Account): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: backupBucket }));
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket: backupBucket, VersioningConfiguration }));
}
