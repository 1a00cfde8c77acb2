import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Json } from '../../../src/core/model/json.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import type { YamlProfile } from '../../../src/core/yaml/readYaml.ts';
import { seededRandom } from '../../surface/random.ts';
import type { Random } from '../../surface/random.ts';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../../scripts/generate/yamlReadings', import.meta.url));
const seed = Number(process.env.YAML_SEED ?? 1);
const count = Number(process.env.YAML_COUNT ?? 4000);

/** The Go libraries' readings of texts: kubectl's and kustomize's, as JSON or `ERR`. */
async function readNatively(texts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-yaml-'));
  try {
    const program = path.join(scratch, 'readings');
    await run('go', ['build', '-buildvcs=false', '-o', program, '.'], { cwd: source });
    const running = run(program, ['-'], { maxBuffer: 256 * 1024 * 1024 });
    running.child.stdin?.end(texts.map((text) => JSON.stringify(text)).join('\n'));
    const { stdout } = await running;
    return stdout
      .trim()
      .split('\n')
      .map((line) => {
        const row: unknown = JSON.parse(line);
        return Array.isArray(row) ? row.map(String) : [];
      });
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** What scalars are made of, by what they look like. */
const alphabets = [
  ['0', '1', '7', '8', '9', '.', 'e', 'E', '+', '-', '_'],
  ['0', 'x', 'X', 'o', 'b', 'B', '1', '7', 'a', 'F', '_', '-', '+'],
  ['0', '1', '2', '5', ':', '.', '_', '-', '+'],
  ['2001', '2024', '-', '1', '01', '12', '30', 'T', 't', ' ', ':', '00', '59', '.5', 'Z', '+01:00', '-5'],
  ['y', 'Y', 'es', 'ES', 'n', 'N', 'o', 'O', 'on', 'off', 'F', 'true', 'True', 'false', 'null', 'Null', '~'],
  ['.', 'inf', 'Inf', 'INF', 'nan', 'NaN', 'NAN', '-', '+', '1'],
  ['a', 'Z', 'ä', '漢', '😀', '-', '_', '/', '.', ' ', '=', '@', '$', '(', ')', ';', '^', '|', '<'],
] as const;

function plainScalar(random: Random): string {
  const alphabet = random.pick(alphabets);
  const parts = Array.from({ length: 1 + Math.floor(random.next() * 7) }, () => random.pick<string>(alphabet));
  return parts.join('').trim();
}

const wrappings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => `'${text}'`,
  (text) => `"${text}"`,
  (text) => `[${text}, ${text}]`,
  (text) => `{k: ${text}}`,
  (text) => `!!str ${text}`,
  (text) => `|\n  ${text}\n  ${text}\n`,
  (text) => `>-\n  ${text}\n\n  ${text}\n`,
  (text) => `${text} # remark`,
];

/** Between brackets go-yaml and the npm parser cut colons and dashes at the edge of a word differently; nobody writes them. */
function isCutAlike(text: string): boolean {
  return !/[[{]/.test(text) || !/(?:[[,] ?|k: ):|[[ ]-[\],}]|:[\],}]/.test(text);
}

function textOf(random: Random): string {
  const text = `a: ${random.pick(wrappings)(plainScalar(random))}\n`;
  return isCutAlike(text) ? text : textOf(random);
}

function read(text: string, profile: YamlProfile): Json {
  const { documents, problems } = readYaml(text, profile);
  return problems.some(({ severity }) => severity === 'error') ? 'ERR' : (documents[0]?.value ?? null);
}

describe('reading random YAML', () => {
  it(`gives what the Go libraries of kubectl and kustomize give (seed ${String(seed)})`, async () => {
    const random = seededRandom(seed);
    const texts = [...new Set(Array.from({ length: count }, () => textOf(random)))];
    const native = await readNatively(texts);
    const differences = native.flatMap(([text = '', ...readings]) =>
      (['plain', 'kustomize'] as const).flatMap((profile, index) => {
        const json = readings[index] ?? '';
        const expected: unknown = json === 'ERR' ? 'ERR' : JSON.parse(json);
        const found = read(text, profile);
        return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ text, profile, found, expected }];
      }),
    );
    assert.deepEqual([native.length, differences.slice(0, 10)], [texts.length, []], `${String(differences.length)} differ`);
  }).timeout(180_000);
});
