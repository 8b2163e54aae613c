/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

/** Reads a Dockerfile as far as ours uses the language: no heredocs. */
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

/**
 * The instructions of one stage from its base image on, those of the stages that it is made from before its own.
 * @param target @default the last stage @throws Error when there is no such stage
 */
export function stageOf(recipe: Instruction[], target?: string): Instruction[] {
  const stages = new Map<string, Instruction[]>();
  let last: Instruction[] = [];
  for (const instruction of recipe) {
    if (instruction.name !== 'FROM') {
      last.push(instruction);
      continue;
    }
    const [image = '', , name = String(stages.size)] = instruction.text.split(' ');
    last = [...(stages.get(image) ?? [{ name: 'FROM', text: image }])];
    stages.set(name, last);
  }
  const stage = target === undefined ? last : stages.get(target);
  if (stage === undefined) throw new Error(`the recipe has no stage ${target}`);
  return stage;
}

/** `NAME=value` pairs of ENV, or of ARG. */
export const environmentOf = (recipe: Instruction[], kind: 'ENV' | 'ARG' = 'ENV'): Record<string, string> =>
  Object.fromEntries(
    recipe
      .filter(({ name }) => name === kind)
      .flatMap(({ text }) => text.match(/\w+=("[^"]*"|\S*)/g) ?? [])
      .map((pair) => [
        pair.slice(0, pair.indexOf('=')),
        pair.slice(pair.indexOf('=') + 1).replaceAll('"', ''),
      ]),
  );

/** The words of an instruction in JSON form, e.g. ENTRYPOINT. @throws Error when it is not there */
export function wordsOf(recipe: Instruction[], name: string): string[] {
  const found = recipe.findLast((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`the recipe has no ${name}`);
  return JSON.parse(found.text) as string[];
}

/** The last text of an instruction, e.g. USER. */
export const textOf = (recipe: Instruction[], name: string): string =>
  recipe.findLast((instruction) => instruction.name === name)?.text ?? '';
