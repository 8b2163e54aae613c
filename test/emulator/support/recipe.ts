/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

/** Reads a Dockerfile as far as ours uses the language: no heredocs, no stages. */
export function readRecipe(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    return { name: name.toUpperCase(), text: rest.replace(/\s+/g, ' ') };
  });
}

/** `NAME=value` pairs of ENV. */
export const environmentOf = (recipe: Instruction[]): Record<string, string> =>
  Object.fromEntries(
    recipe
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(' '))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

/** The words of an instruction in JSON form, e.g. ENTRYPOINT. @throws Error when it is not there */
export function wordsOf(recipe: Instruction[], name: string): string[] {
  const found = recipe.find((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`the recipe has no ${name}`);
  return JSON.parse(found.text) as string[];
}

/** The last text of an instruction, e.g. USER. */
export const textOf = (recipe: Instruction[], name: string): string =>
  recipe.findLast((instruction) => instruction.name === name)?.text ?? '';
