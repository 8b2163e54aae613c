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
export const imagePlatform = (processor: Processor): Platform =>
  ({ arm64: Platform.LINUX_ARM64, x86_64: Platform.LINUX_AMD64 })[processor];
