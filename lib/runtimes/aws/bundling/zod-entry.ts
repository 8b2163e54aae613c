/** Stands in for the package `zod` inside Lambda bundles (lib/infra/bundles/lambda-bundles.ts puts it there). */
import * as z from './zod-parts.ts';

export { ZodError } from './zod-parts.ts';
export { z };
