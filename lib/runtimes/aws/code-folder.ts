/**
 * Folder of the running code: Lambda unpacks a function's bundle into LAMBDA_TASK_ROOT; in the image, main.mjs and
 * what belongs to it lie side by side. `import.meta.dirname` is that of the bundle, because everything is one file
 * there.
 */
export const codeFolder = (): string => process.env.LAMBDA_TASK_ROOT ?? import.meta.dirname;
