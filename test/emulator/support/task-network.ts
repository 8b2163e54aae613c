import { createServer, type Server } from 'node:http';
import { freePort } from './emulator.ts';
import type { Supplement } from './front.ts';
import type { TaskVolumes } from './task-volumes.ts';

/** Every task of this machine is here. */
const address = '127.0.0.1';

/** What Fargate tells a container of its own network. */
export class TaskMetadata {
  readonly #server: Server = createServer((_request, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [address] }] }));
  });
  #port = 0;

  async listen(): Promise<void> {
    this.#port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, address, resolve));
  }

  /** Value of ECS_CONTAINER_METADATA_URI_V4. */
  get uri(): string {
    return `http://${address}:${this.#port}/v4/container`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}

/** Exit codes of containers, by task and container name: the emulator is told of the end of a task, not of theirs. */
export type ExitCodes = Map<string, Record<string, number>>;

const failedVolume = (statusReason: string | null): object[] =>
  statusReason === null
    ? []
    : [
        {
          ...{ id: '0', type: 'AmazonElasticBlockStorage', status: 'FAILED' },
          details: [{ name: 'statusReason', value: statusReason }],
        },
      ];

interface DescribedTask {
  taskArn: string;
  attachments?: object[];
  containers?: { name: string; exitCode?: number | null }[];
}

/** Completes what the emulator says of tasks: where they are, and how their containers ended. */
export const describedTasks =
  (exitCodes: ExitCodes, volumes: Pick<TaskVolumes, 'reasonOf'>): Supplement =>
  async (_input, forward) => {
    const reply = await forward();
    if (reply.status !== 200) return reply;
    const answer = JSON.parse(reply.body.toString()) as { tasks?: DescribedTask[] };
    const interfaceOfTask = {
      id: '00000000-0000-0000-0000-000000000000',
      type: 'ElasticNetworkInterface',
      status: 'ATTACHED',
      details: [{ name: 'privateIPv4Address', value: address }],
    };
    const tasks = (answer.tasks ?? []).map((task) => ({
      ...task,
      // The emulator starts every task at once; one without its volume never did.
      ...(volumes.reasonOf(task.taskArn) === null
        ? {}
        : { startedAt: undefined, stopCode: 'TaskFailedToStart' }),
      attachments: [interfaceOfTask, ...failedVolume(volumes.reasonOf(task.taskArn))],
      containers: (task.containers ?? []).map((container) => ({
        ...container,
        exitCode: exitCodes.get(task.taskArn)?.[container.name] ?? container.exitCode ?? null,
      })),
    }));
    const body = Buffer.from(JSON.stringify({ ...answer, tasks }));
    return { ...reply, headers: { ...reply.headers, 'content-length': String(body.length) }, body };
  };
