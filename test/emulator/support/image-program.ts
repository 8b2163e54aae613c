import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs in place of the container image: the program of its entry point, and where. */
export interface Image {
  /** Folder that the image's recipe is built from. */
  folder: string;
  /** Arguments of Node.js, as the recipe's entry point names them. */
  entryPoint: string[];
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
