import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { expect, test } from 'vitest';
import { renderConfigJsonSchema } from '../../lib/domain/config/index.ts';

const banner = `// The types of drills.yaml, from its JSON Schema: renew them with npm run docs.
`;

// Written anew by `npm run docs`.
test('the types of the construct say of drills.yaml what its schema says', async () => {
  // Keys for YAML anchors have no use in an object, and would let every misspelt key pass.
  const { patternProperties: _, ...schema } = renderConfigJsonSchema();
  const rendered = await compile({ ...schema, title: 'DrillsFile' } as JSONSchema, 'DrillsFile', {
    bannerComment: banner,
    // A list that was mapped from another one is no tuple.
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });

  await expect(rendered).toMatchFileSnapshot('../../lib/cdk/drills-file.ts');
});
