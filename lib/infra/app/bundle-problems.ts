/**
 * Lambda loads and compiles a bundle at every cold start: beyond this it is felt. Half a megabyte of the largest is OpenPGP and age,
 * in files that are loaded when a dump needs them.
 */
const largestBundleBytes = 2 * 1024 * 1024;

/** What must never run in a Lambda: infrastructure code, native code, the parser that the restorer needs. */
const forbiddenPackages = ['aws-cdk-lib', 'constructs', 'lz4-napi', 'iconv-lite', 'esbuild', 'yaml'];

/** What is wrong with a bundle, one sentence each. */
export function bundleProblems({
  name,
  bytes,
  packages,
}: {
  name: string;
  bytes: number;
  packages: readonly string[];
}): string[] {
  const packageNames = packages.map((folder) =>
    folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
  );
  const twice = packageNames.filter(
    (packageName, index) =>
      /^@(aws-sdk|smithy)\//.test(packageName) && packageNames.indexOf(packageName) !== index,
  );
  return [
    ...(bytes > largestBundleBytes
      ? [`${name} has ${Math.round(bytes / 1024)} kB; ${largestBundleBytes / 1024} are allowed`]
      : []),
    ...twice.map((packageName) => `${name} holds ${packageName} twice`),
    ...packageNames
      .filter((packageName) => forbiddenPackages.includes(packageName))
      .map((packageName) => `${name} holds ${packageName}`),
  ];
}
