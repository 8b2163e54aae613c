import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** How TypeScript names declarations, and what an import of a neighbour is called in them. */
const kinds = [
  { declaration: '.d.ts', imported: '.js' },
  { declaration: '.d.cts', imported: '.cjs' },
];

/**
 * Writes the declarations of a package's public face, for importers of ES modules and of CommonJS.
 *
 * @param folder of the sources
 * @param faces names of the files whose declarations are shipped; they import one another and nothing else of ours
 * @throws Error with what the compiler says
 */
export function writeDeclarations(folder: string, faces: string[], outdir: string): void {
  const declarations = mkdtempSync(join(tmpdir(), 'restore-drill-types-'));
  // Beside node_modules, where it finds the types of packages.
  const project = join('node_modules', '.cache', 'restore-drill', `types-${process.pid}.json`);
  mkdirSync(dirname(project), { recursive: true });
  writeFileSync(
    project,
    JSON.stringify({
      extends: resolve('tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: declarations,
        rootDir: resolve('.'),
      },
      files: faces.map((face) => resolve(folder, `${face}.ts`)),
      include: [],
    }),
  );
  try {
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The types of ${folder} cannot be declared:\n${stdout}`);
    for (const face of faces) {
      const text = readFileSync(join(declarations, folder, `${face}.d.ts`), 'utf8');
      for (const { declaration, imported } of kinds)
        writeFileSync(
          join(outdir, `${face}${declaration}`),
          text.replaceAll(/(from ["']\.\/[\w-]+)\.ts(?=["'])/g, `$1${imported}`),
        );
    }
  } finally {
    rmSync(project, { force: true });
    rmSync(declarations, { recursive: true, force: true });
  }
}
