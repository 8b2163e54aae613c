import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';

/** Processors that tasks run on, as drills.yaml and `-c restoreArch` name them. */
export const processors = ['arm64', 'x86_64'] as const;
export type Processor = (typeof processors)[number];

/** Where a task runs: all containers of one share it. */
export const linuxOn = (processor: Processor): ecs.RuntimePlatform => ({
  cpuArchitecture: { arm64: ecs.CpuArchitecture.ARM64, x86_64: ecs.CpuArchitecture.X86_64 }[processor],
  operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
});

/** For whom an image is built. */
const imagePlatform = (processor: Processor): Platform =>
  ({ arm64: Platform.LINUX_ARM64, x86_64: Platform.LINUX_AMD64 })[processor];

/** Images that are built: the restore task, and one with PostgreSQL servers in it. Targets of containers/restore/Dockerfile. */
export type ImageTarget = 'restore' | 'sandbox';

/**
 * The images of restore tasks for each processor: ready ones, which must be for all of them, or such as are built.
 *
 * @param uris of ready images; null: none
 * @param buildContext gives the folder to build from, when something is built
 */
export const restoreImages =
  (uris: Record<ImageTarget, string | null>, buildContext: () => string) =>
  (processor: Processor, target: ImageTarget = 'restore'): ecs.ContainerImage => {
    const uri = uris[target];
    return uri === null
      ? ecs.ContainerImage.fromAsset(buildContext(), { platform: imagePlatform(processor), target })
      : ecs.ContainerImage.fromRegistry(uri);
  };
