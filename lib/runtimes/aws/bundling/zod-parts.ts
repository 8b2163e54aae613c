/**
 * Zod without its fifty languages and its JSON Schema converters (300 kB in every bundle): its own entry binds all of
 * them to `z`, which no bundler can take apart. These are the files that zod 4.6 makes `z` of, less those two.
 */
export * from '../../../../node_modules/zod/v4/classic/checks.js';
export * as coerce from '../../../../node_modules/zod/v4/classic/coerce.js';
export * from '../../../../node_modules/zod/v4/classic/errors.js';
export * as iso from '../../../../node_modules/zod/v4/classic/iso.js';
export * from '../../../../node_modules/zod/v4/classic/parse.js';
export * from '../../../../node_modules/zod/v4/classic/schemas.js';
export { NEVER } from '../../../../node_modules/zod/v4/core/index.js';
