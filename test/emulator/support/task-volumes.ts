import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { type ECSClient, type RunTaskCommandInput, StopTaskCommand } from '@aws-sdk/client-ecs';
import { region } from './emulator.ts';
import type { Supplement, WireReply } from './front.ts';
import { problemsOf } from './service-model.ts';

interface AttachedVolume {
  volumeId: string;
  name: string;
  folder: string;
  deleted: boolean;
  /** When its folder was made, as the file system has it. */
  madeAt: number;
}

/**
 * Plays the volumes of tasks: the emulator takes `volumeConfigurations` and forgets them. Each becomes a volume of the emulated
 * EC2 with the tags that ECS gives, a folder that is mounted into the task, and goes with the task.
 */
export class TaskVolumes {
  readonly #ecs: ECSClient;
  readonly #ec2: EC2Client;
  readonly #directory: string;
  readonly #endpoint: string;
  readonly #byTask = new Map<string, AttachedVolume>();
  readonly #reasons = new Map<string, string>();
  /** Requests that were made, to be asserted. */
  readonly asked: RunTaskCommandInput[] = [];
  /** Of each that is gone, in turn: whether something was written to it. */
  readonly written: boolean[] = [];
  /** Volumes of these drills cannot be made: drill id → what ECS says. */
  readonly failing = new Map<string, string>();

  constructor(ecs: ECSClient, endpoint: string, directory: string) {
    this.#ecs = ecs;
    this.#ec2 = new EC2Client({
      region,
      endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    this.#directory = directory;
    this.#endpoint = endpoint;
    mkdirSync(directory, { recursive: true });
  }

  /** Stands before RunTask. */
  readonly supplement: Supplement = async (input, forward) => {
    const request = input as unknown as RunTaskCommandInput;
    const refused = await this.#refusal(request);
    if (refused !== null) return refusal(refused);
    const reply = await forward();
    const [configured] = request.volumeConfigurations ?? [];
    if (reply.status !== 200 || configured === undefined) return reply;
    this.asked.push(request);
    const { tasks = [] } = JSON.parse(reply.body.toString()) as { tasks?: { taskArn: string }[] };
    for (const { taskArn } of tasks) await this.#attach(taskArn, request);
    return reply;
  };

  /** Folder of a task's volume and its name; null: it has none, or it could not be made. */
  of(taskArn: string): { name: string; folder: string } | null {
    return this.#byTask.get(taskArn) ?? null;
  }

  /** Why the volume of a task could not be attached, as DescribeTasks tells it. */
  reasonOf(taskArn: string): string | null {
    return this.#reasons.get(taskArn) ?? null;
  }

  /** The task has stopped: ECS deletes its volume. */
  async ended(taskArn: string): Promise<void> {
    const volume = this.#byTask.get(taskArn);
    if (volume === undefined || volume.deleted) return;
    volume.deleted = true;
    this.written.push(statSync(volume.folder).mtimeMs > volume.madeAt);
    execFileSync('umount', ['--lazy', volume.folder]);
    rmSync(volume.folder, { recursive: true });
    await this.#ec2.send(new DeleteVolumeCommand({ VolumeId: volume.volumeId }));
  }

  /** Takes away what tasks had that were still running. */
  async stop(): Promise<void> {
    for (const taskArn of this.#byTask.keys()) await this.ended(taskArn);
  }

  /** Ids of all volumes in the account. */
  async ids(): Promise<string[]> {
    const { Volumes = [] } = await this.#ec2.send(new DescribeVolumesCommand({}));
    return Volumes.flatMap(({ VolumeId }) => VolumeId ?? []);
  }

  async #attach(taskArn: string, request: RunTaskCommandInput): Promise<void> {
    const [{ name = '', managedEBSVolume } = {}] = request.volumeConfigurations ?? [];
    const drillId = drillOf(request);
    const failure = this.failing.get(drillId);
    if (failure !== undefined) {
      this.#reasons.set(taskArn, failure);
      const stop = { cluster: request.cluster, task: taskArn, reason: 'The volume could not be attached' };
      await this.#ecs.send(new StopTaskCommand(stop));
      return;
    }
    const tags = managedEBSVolume?.tagSpecifications?.[0]?.tags ?? [];
    const made = await this.#ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${region}a`,
        Size: managedEBSVolume?.sizeInGiB,
        VolumeType: 'gp3',
        Encrypted: managedEBSVolume?.encrypted,
        TagSpecifications: [
          {
            ResourceType: 'volume',
            Tags: [
              ...tags.map(({ key, value }) => ({ Key: key, Value: value })),
              { Key: 'AmazonECSManaged', Value: 'true' },
              { Key: 'AmazonECSCreated', Value: taskArn },
            ],
          },
        ],
      }),
    );
    const folder = mkdtempSync(join(this.#directory, 'volume-'));
    // It has the size that was asked for: whoever makes a server looks how much is free.
    const size = `size=${managedEBSVolume?.sizeInGiB}G,mode=755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]);
    const madeAt = statSync(folder).mtimeMs;
    this.#byTask.set(taskArn, { volumeId: made.VolumeId ?? '', name, folder, deleted: false, madeAt });
  }

  /** What ECS would refuse; null: nothing. */
  async #refusal(request: RunTaskCommandInput): Promise<string | null> {
    const said = problemsOf('ecs', 'RunTask', request);
    if (said !== '') return said;
    const atLaunch = (await this.#volumesOf(request.taskDefinition ?? '')).flatMap(
      ({ Name, ConfiguredAtLaunch }) => (String(ConfiguredAtLaunch) === 'true' ? [Name] : []),
    );
    const configured = (request.volumeConfigurations ?? []).map(({ name }) => name);
    return atLaunch.join() === configured.join()
      ? null
      : `volumes of the definition: ${atLaunch.join()}; configured: ${configured.join()}`;
  }

  /** As the template has them: the emulator keeps their names as CloudFormation writes them, which no client reads. */
  async #volumesOf(taskDefinition: string): Promise<{ Name: string; ConfiguredAtLaunch?: unknown }[]> {
    const answer = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition',
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/ecs/aws4_request, Signature=0`,
      },
      body: JSON.stringify({ taskDefinition }),
    });
    const told = (await answer.json()) as {
      taskDefinition?: { volumes?: { Name: string; ConfiguredAtLaunch?: unknown }[] };
    };
    return told.taskDefinition?.volumes ?? [];
  }
}

const drillOf = ({ overrides }: RunTaskCommandInput): string =>
  (overrides?.containerOverrides ?? [])
    .flatMap(({ environment = [] }) => environment)
    .find(({ name }) => name === 'DRILL_ID')?.value ?? '';

function refusal(message: string): WireReply {
  const body = Buffer.from(JSON.stringify({ __type: 'InvalidParameterException', message }));
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'content-length': String(body.length) };
  return { status: 400, headers, body };
}
