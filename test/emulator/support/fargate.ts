import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { credentials, installation, region } from './emulator.ts';
import { enterCommand, type ImageTree } from './image-tree.ts';
import { wordsOf } from './recipe.ts';

/** What runs in place of the container image: the program of its entry point, and where. */
export interface Image {
  /** Folder that the image's recipe is built from. */
  folder: string;
  /** Arguments of Node.js, as the recipe's entry point names them. */
  entryPoint: string[];
}

interface RunningTask {
  child: ChildProcess;
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
  /** Environment of every task that was ever started. */
  readonly started: Record<string, string>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: FargateOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
  }

  begin(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look()).catch(() => undefined);
    }, 200);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    for (const { child } of this.#tasks.values()) child.kill('SIGKILL');
  }

  /** Tasks of this drill are not started until `release`: Fargate may take minutes to find a place. */
  hold(drillId: string): void {
    this.#held.add(drillId);
  }

  release(drillId: string): void {
    this.#held.delete(drillId);
  }

  /** Tasks of this drill run in the unpacked image instead of beside it. */
  runInside(drillId: string, tree: ImageTree): void {
    this.#trees.set(drillId, tree);
  }

  /** The running process of a drill's task, or null. */
  processOf(drillId: string): ChildProcess | null {
    const found = [...this.#tasks.values()].find(({ environment }) => environment.DRILL_ID === drillId);
    return found?.child ?? null;
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
    const running = this.#tasks.get(arn);
    if (task.lastStatus === 'STOPPED') {
      this.#done.add(arn);
      this.#tasks.delete(arn);
      // Fargate asks first and, after stopTimeout, does not ask again.
      running?.child.kill('SIGTERM');
      setTimeout(() => running?.child.kill('SIGKILL'), 2000).unref();
    } else if (running === undefined) await this.#start(arn, task);
  }

  async #start(arn: string, task: Task): Promise<void> {
    const override = task.overrides?.containerOverrides?.[0];
    const { taskDefinition } = await this.#options.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: task.taskDefinitionArn }),
    );
    const container = taskDefinition?.containerDefinitions?.find(({ name }) => name === override?.name);
    const environment: Record<string, string> = {};
    for (const { name, value } of [...(container?.environment ?? []), ...(override?.environment ?? [])])
      environment[name ?? ''] = value ?? '';
    if (this.#held.has(environment.DRILL_ID ?? '')) return;
    const log = openSync(join(this.#options.directory, `${arn.split('/').at(-1)}.log`), 'w');
    const child = this.#spawn(environment, log);
    closeSync(log);
    this.#tasks.set(arn, { child, environment });
    this.started.push(environment);
    child.once('exit', (code, signal) => {
      this.#tasks.delete(arn);
      this.#done.add(arn);
      const reason = `Essential container exited (${code ?? signal})`;
      void this.#options.ecs
        .send(new StopTaskCommand({ cluster: this.#options.cluster, task: arn, reason }))
        .catch(() => undefined);
    });
  }

  #spawn(environment: Record<string, string>, log: number): ChildProcess {
    const { image, endpointPort, caBundlePath } = this.#options;
    const preload = join(import.meta.dirname, 'door-header.mjs');
    const given = {
      ...credentials,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${endpointPort}`,
      RESTORE_DRILL_DOOR: `task:${environment.COMMAND ?? ''}`,
      ...environment,
    };
    const tree = this.#trees.get(environment.DRILL_ID ?? '');
    if (tree !== undefined) {
      const { program, words, env } = enterCommand(tree, {
        words: wordsOf(tree.recipe, 'ENTRYPOINT'),
        environment: { ...given, NODE_OPTIONS: '--import=/tmp-preload.mjs' },
        files: {
          [preload]: '/tmp-preload.mjs',
          [caBundlePath]: '/app/rds-global-bundle.pem',
          '/etc/hosts': '/etc/hosts',
        },
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
        NODE_OPTIONS: `--import=${preload}`,
        ...given,
      },
    });
  }
}

/**
 * The entry point that an image's recipe names, `ENTRYPOINT ["node", "/app/…"]`, in the folder that becomes /app.
 * @throws Error when it has none
 */
export function imageOf(folder: string): Image {
  const recipe = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  const written = /^ENTRYPOINT\s+(\[.*\])$/m.exec(recipe)?.[1];
  const [program, ...words] = written === undefined ? [] : (JSON.parse(written) as string[]);
  if (program === undefined || !/(^|\/)node$/.test(program))
    throw new Error(`the recipe's entry point is not Node.js: ${written}`);
  const entryPoint = words.map((word) => word.replace(/^\/app\//, `${join(folder, 'app')}/`));
  return { folder: join(folder, 'app'), entryPoint };
}
