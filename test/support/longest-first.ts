import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Short to read and long to run. On a clean clone vitest begins with the largest files: these would begin last, each alone while the
 * other worker has nothing left to do.
 */
const long = ['test/soak/soak.test.ts', 'test/corpus/honesty.test.ts', 'test/corpus/good-shapes.test.ts'];

/** The order of vitest, but for what it cannot know to be long, which begins its project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const place = ({ project }: TestSpecification) => projects.indexOf(project.name);
    const isLong = ({ moduleId }: TestSpecification) => long.some((file) => moduleId.endsWith(`/${file}`));
    return sorted.toSorted((a, b) => place(a) - place(b) || Number(isLong(b)) - Number(isLong(a)));
  }
}
