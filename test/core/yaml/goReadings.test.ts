import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Json } from '../../../src/core/model/json.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import type { YamlProfile } from '../../../src/core/yaml/readYaml.ts';

/** Made by scripts/generate/yamlReadings: text, kubectl's reading, kustomize's reading, as JSON or `ERR`. */
const lines = readFileSync(new URL('goReadings.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

function read(text: string, profile: YamlProfile): Json {
  const { documents, problems } = readYaml(text, profile);
  return problems.some(({ severity }) => severity === 'error') ? 'ERR' : (documents[0]?.value ?? null);
}

describe('reading YAML as the Go libraries do', () => {
  for (const line of lines) {
    const row: unknown = JSON.parse(line);
    assert.ok(Array.isArray(row));
    const [text = '', plain = '', kustomize = ''] = row.map(String);
    const expected = (json: string): unknown => (json === 'ERR' ? 'ERR' : JSON.parse(json));

    it(`agrees on ${JSON.stringify(text)}`, () => {
      assert.deepEqual(read(text, 'plain'), expected(plain));
      assert.deepEqual(read(text, 'kustomize'), expected(kustomize));
    });
  }
});
