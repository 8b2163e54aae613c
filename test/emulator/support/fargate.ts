import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ContainerDefinition,
  type ContainerOverride,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { hookContainerNames, hookFolder } from '../../../lib/contract/names.ts';
import { until } from './account.ts';
import { credentials, doorHeader, installation, region } from './emulator.ts';
import type { Image } from './image-program.ts';
import { enterCommand, type ImageTree } from './image-tree.ts';
import { wordsOf } from './recipe.ts';
import { type ExitCodes, TaskMetadata } from './task-network.ts';
import type { TaskVolumes } from './task-volumes.ts';

interface RunningTask {
  /** One per container that has begun. */
  children: ChildProcess[];
  environment: Record<string, string>;
}

export interface FargateOptions {
  ecs: ECSClient;
  cluster: string;
  image: Image;
  endpointPort: number;
  /** For logs, one file per task, and what the image would hold. */
  directory: string;
  /** Certificates that stand in for those of RDS. */
  caBundlePath: string;
  /** Told how containers ended. */
  exitCodes: ExitCodes;
  volumes: TaskVolumes;
}

/** Where a container of a task runs, and as what. */
interface Container {
  environment: Record<string, string>;
  words?: string[];
  user?: string | undefined;
  files?: Record<string, string>;
}

/**
 * Plays Fargate: the emulator keeps tasks as records only, so each new one is started here as a process, with the
 * environment of its definition and its overrides, and its end is told to the emulator.
 */
export class Fargate {
  readonly #options: FargateOptions;
  readonly #tasks = new Map<string, RunningTask>();
  readonly #done = new Set<string>();
  readonly #held = new Set<string>();
  readonly #trees = new Map<string, ImageTree>();
  readonly #files = new Map<string, Record<string, string>>();
  /** Environment of every task that was ever started. */
  readonly started: Record<string, string>[] = [];
  readonly #metadata = new TaskMetadata();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: FargateOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
  }

  async begin(): Promise<void> {
    await this.#metadata.listen();
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look()).catch(() => undefined);
    }, 200);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    for (const { children } of this.#tasks.values()) for (const child of children) child.kill('SIGKILL');
    await this.#metadata.stop();
  }

  /** Tasks of this drill are not started until `release`: Fargate may take minutes to find a place. */
  hold(drillId: string): void {
    this.#held.add(drillId);
  }

  release(drillId: string): void {
    this.#held.delete(drillId);
  }

  /**
   * Tasks of this drill run in the unpacked image instead of beside it.
   * @param files of this machine that its image holds beside: outside → inside
   */
  runInside(drillId: string, tree: ImageTree, files: Record<string, string> = {}): void {
    this.#trees.set(drillId, tree);
    this.#files.set(drillId, files);
  }

  /** The running process of a drill's task, or null. */
  processOf(drillId: string): ChildProcess | null {
    const found = [...this.#tasks.values()].find(({ environment }) => environment.DRILL_ID === drillId);
    return found?.children[0] ?? null;
  }

  /** Drills that have a process. */
  get runningDrills(): string[] {
    return [...this.#tasks.values()].map(({ environment }) => environment.DRILL_ID ?? '');
  }

  async #look(): Promise<void> {
    const { ecs, cluster } = this.#options;
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
    const tracked = [...new Set([...taskArns, ...this.#tasks.keys()])].filter((arn) => !this.#done.has(arn));
    if (tracked.length === 0) return;
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: tracked }));
    for (const task of tasks) await this.#follow(task);
  }

  async #follow(task: Task): Promise<void> {
    const arn = task.taskArn ?? '';
    // It may have ended while the emulator was asked.
    if (this.#done.has(arn)) return;
    const running = this.#tasks.get(arn);
    if (task.lastStatus === 'STOPPED') {
      this.#done.add(arn);
      this.#tasks.delete(arn);
      this.#release(arn, running?.children ?? []);
      // Fargate asks first and, after stopTimeout, does not ask again.
      for (const child of running?.children ?? []) {
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 2000).unref();
      }
    } else if (running === undefined) await this.#start(arn, task);
  }

  async #start(arn: string, task: Task): Promise<void> {
    const { taskDefinition } = await this.#options.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: task.taskDefinitionArn }),
    );
    const overrides = task.overrides?.containerOverrides ?? [];
    const containers = (taskDefinition?.containerDefinitions ?? []).map((definition) => {
      const override = overrides.find(({ name }) => name === definition.name);
      return { definition, environment: environmentOf(definition, override) };
    });
    const ours = containers.find(({ definition }) => definition.name !== hookContainerNames.hook);
    if (ours === undefined || this.#held.has(ours.environment.DRILL_ID ?? '')) return;
    const hook = containers.find(({ definition }) => definition.name === hookContainerNames.hook);
    const running: RunningTask = { children: [], environment: ours.environment };
    this.#tasks.set(arn, running);
    this.started.push(ours.environment);
    if (hook === undefined) {
      const volume = this.#options.volumes.of(arn);
      const mounted = ours.definition.mountPoints?.find(({ sourceVolume }) => sourceVolume === volume?.name);
      const files = volume === null ? {} : { [volume.folder]: mounted?.containerPath ?? '' };
      this.#run(arn, running, 'restore', { environment: ours.environment, files });
    } else await this.#runHook(arn, running, ours, hook);
  }

  /** Ours leaves its files in a volume of the task; the user's container begins when they are there. */
  async #runHook(arn: string, running: RunningTask, ours: Defined, hook: Defined): Promise<void> {
    const volume = mkdtempSync(join(this.#options.directory, 'hook-'));
    const { user = '0:0' } = ours.definition;
    const [uid = 0, gid = 0] = user.split(':').map(Number);
    chownSync(volume, uid, gid);
    const files = { [volume]: hookFolder };
    this.#run(arn, running, hookContainerNames.credentials, { environment: ours.environment, user, files });
    const healthy = async () => (existsSync(join(volume, 'pgpass')) || !this.#tasks.has(arn) ? true : null);
    void until(120, 'the credentials of a hook', healthy)
      .then(() => {
        if (!this.#tasks.has(arn)) return;
        const { command = ['true'] } = hook.definition;
        const container = { environment: hook.environment, words: command, files };
        this.#run(arn, running, hookContainerNames.hook, container);
      })
      .catch(() => this.#end(arn, 'a dependency never became healthy'));
  }

  /** Starts a container; the task ends with it, unless it only stands beside another. */
  #run(arn: string, running: RunningTask, name: string, container: Container): void {
    const log = openSync(join(this.#options.directory, `${arn.split('/').at(-1)}-${name}.log`), 'w');
    const child = this.#spawn(running.environment.DRILL_ID ?? '', container, log);
    closeSync(log);
    running.children.push(child);
    child.once('exit', (code, signal) => {
      if (code !== null)
        this.#options.exitCodes.set(arn, { ...this.#options.exitCodes.get(arn), [name]: code });
      if (name === hookContainerNames.credentials && code !== 1) return;
      this.#end(arn, `Essential container exited (${code ?? signal})`);
    });
  }

  #end(arn: string, reason: string): void {
    for (const child of this.#tasks.get(arn)?.children ?? []) child.kill('SIGTERM');
    this.#release(arn, this.#tasks.get(arn)?.children ?? []);
    this.#tasks.delete(arn);
    this.#done.add(arn);
    void this.#options.ecs
      .send(new StopTaskCommand({ cluster: this.#options.cluster, task: arn, reason }))
      .catch(() => undefined);
  }

  /** Its volume goes when nothing of the task runs any more. */
  #release(arn: string, children: ChildProcess[]): void {
    const ended = children.map((child) =>
      child.exitCode !== null || child.signalCode !== null
        ? null
        : new Promise((resolve) => child.once('exit', resolve)),
    );
    void Promise.all(ended)
      .then(() => this.#options.volumes.ended(arn))
      .catch(() => undefined);
  }

  #spawn(drillId: string, container: Container, log: number): ChildProcess {
    const { image, endpointPort, caBundlePath } = this.#options;
    const { environment } = container;
    const given = {
      ...credentials,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${endpointPort}`,
      ECS_CONTAINER_METADATA_URI_V4: this.#metadata.uri,
      RESTORE_DRILL_DOOR: `task:${environment.COMMAND ?? ''}`,
      ...environment,
    };
    const tree = this.#trees.get(drillId);
    if (tree !== undefined) {
      // The user's image is played by this one, which has a client of PostgreSQL, with nothing of ours in its environment.
      const isOurs = container.words === undefined;
      const { program, words, env } = enterCommand(tree, {
        words: container.words ?? wordsOf(tree.recipe, 'ENTRYPOINT'),
        environment: isOurs ? { ...given, NODE_OPTIONS: '--import=/tmp-preload.mjs' } : environment,
        files: {
          [doorHeader]: '/tmp-preload.mjs',
          [caBundlePath]: '/app/rds-global-bundle.pem',
          '/etc/hosts': '/etc/hosts',
          ...(isOurs ? this.#files.get(drillId) : {}),
          ...container.files,
        },
        ...(container.user === undefined ? {} : { user: container.user }),
      });
      return spawn(program, words, { stdio: ['ignore', log, log], env });
    }
    const { node } = installation();
    return spawn(node, image.entryPoint, {
      cwd: image.folder,
      stdio: ['ignore', log, log],
      env: {
        PATH: `${dirname(node)}:${process.env.PATH}`,
        RDS_CA_BUNDLE: caBundlePath,
        NODE_OPTIONS: `--import=${doorHeader}`,
        ...given,
      },
    });
  }
}

/** A container of a definition with what the run gives it. */
interface Defined {
  definition: ContainerDefinition;
  environment: Record<string, string>;
}

function environmentOf(
  definition: ContainerDefinition,
  override: ContainerOverride | undefined,
): Record<string, string> {
  const pairs = [...(definition.environment ?? []), ...(override?.environment ?? [])];
  return Object.fromEntries(pairs.map(({ name = '', value = '' }) => [name, value]));
}
