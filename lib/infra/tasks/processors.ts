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

/**
 * The image of the restore task for each processor: a ready one, which must be for all of them, or one that is built.
 *
 * @param uri of a ready image; null: none
 * @param buildContext gives the folder to build from, when something is built
 */
export const restoreImages =
  (uri: string | null, buildContext: () => string) =>
  (processor: Processor): ecs.ContainerImage =>
    uri === null
      ? ecs.ContainerImage.fromAsset(buildContext(), { platform: imagePlatform(processor) })
      : ecs.ContainerImage.fromRegistry(uri);
