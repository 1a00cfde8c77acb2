import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appId } from '../../src/core/model/app.ts';
import type { App } from '../../src/core/model/app.ts';
import { isObject, listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import type { FieldDifference, ObjectDiff } from '../../src/core/model/difference.ts';
import type { RenderedObject } from '../../src/core/model/rendering.ts';
import { asKubeObject, keyOf } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import { compareObject } from '../../src/core/diff/compareObject.ts';
import { isSame } from '../../src/core/diff/confirm.ts';
import type { DesiredProblem, DiffInput } from '../../src/core/diff/diffInput.ts';
import { builtInSchemas, objectMetaType } from '../../src/core/diff/schema/builtInSchemas.ts';
import { definedSchemas, definitionsIn, publishedSchemas } from '../../src/core/diff/schema/publishedSchemas.ts';
import { chainSchemas } from '../../src/core/diff/schema/typeSchemas.ts';
import type { TypeSchemas } from '../../src/core/diff/schema/typeSchemas.ts';
import { finishFlux } from '../../src/core/render/finishFlux.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import { placeObjects } from '../../src/core/render/placeObjects.ts';
import { readYaml } from '../../src/core/yaml/readYaml.ts';
import type { YamlProfile } from '../../src/core/yaml/readYaml.ts';
import { unfoldList } from '../../src/core/yaml/unfoldList.ts';
import { readAppFacts, readClusterFacts, readManager, readPostBuild } from './diffFacts.ts';

/** The outcome of one case; exactly one of the three booleans is true. */
export interface CaseResult {
  readonly kind: 'diff';
  readonly case: string;
  readonly agree: boolean;
  readonly wrong: boolean;
  readonly undecided: boolean;
  readonly expected: Outcome;
  readonly actual: Outcome;
  readonly message?: string | undefined;
}

/** What the contract of the cases covers. */
export interface Outcome {
  readonly verdict: string;
  readonly confirmed?: string | undefined;
  readonly fields: readonly JsonObject[];
  readonly remarks: readonly string[];
}

/** Runs every case file of a folder (and below) through the product's comparison. */
export async function* runDiffCases(dir: string): AsyncIterable<CaseResult> {
  const entries = await readdir(dir, { recursive: true });
  const files = entries.filter((name) => name.endsWith('.yaml')).sort();
  const schemas = await readSchemas(dir, files);
  for (const name of files) {
    const text = await readFile(join(dir, name), 'utf8');
    const value = readYaml(text, 'kustomize').documents[0]?.value;
    if (objectAt(value, 'expect') !== undefined) yield await runCase(name, objectAt(value) ?? {}, schemas);
  }
}

/** The kinds of Kubernetes, and those that `crds.yaml` files define. */
async function readSchemas(dir: string, files: readonly string[]): Promise<TypeSchemas> {
  const builtIn = builtInSchemas();
  const texts = await Promise.all(
    files.filter((name) => name.endsWith('crds.yaml')).map((name) => readFile(join(dir, name), 'utf8')),
  );
  const objects = texts.flatMap((text) => readYaml(text, 'plain').documents.map(({ value }) => value));
  return chainSchemas(builtIn, publishedSchemas(definedSchemas(definitionsIn(objects)), objectMetaType(builtIn)));
}

async function runCase(file: string, value: JsonObject, schemas: TypeSchemas): Promise<CaseResult> {
  const expected = expectedOutcome(objectAt(value, 'expect') ?? {});
  const actual = outcomeOf(compareObject(await readInput(value, schemas)));
  const difference = describeMiss(expected, actual);
  const undecided = difference !== undefined && actual.verdict === 'unknown';
  return {
    kind: 'diff',
    case: `${stringAt(value, 'id') ?? ''} ${file}`.trim(),
    agree: difference === undefined,
    wrong: difference !== undefined && !undecided,
    undecided,
    expected,
    actual,
    message: difference,
  };
}

/** The input that the product would build: the text rendered as its tool renders it, the facts as they are stated. */
async function readInput(value: JsonObject, schemas: TypeSchemas): Promise<DiffInput> {
  const app = objectAt(value, 'app');
  const profile = stringAt(value, 'profile') === 'kustomize' ? 'kustomize' : 'plain';
  const text = stringAt(value, 'desired');
  const live = asKubeObject(objectAt(value, 'live'));
  const rendered = text === undefined ? undefined : await render(text, profile, app);
  return {
    desired: rendered?.object,
    problems: rendered?.problems,
    live,
    manager: readManager(value.manager),
    app: readAppFacts(app),
    cluster: readClusterFacts(objectAt(value, 'cluster')),
    schemas,
  };
}

/** The object of a case as rendered; a text that does not build gives only problems. */
async function render(
  text: string,
  profile: YamlProfile,
  app: JsonObject | undefined,
): Promise<Pick<DiffInput, 'problems'> & { readonly object?: KubeObject | undefined }> {
  const reading = readYaml(text, profile);
  const problems = reading.problems.map((each): DesiredProblem => ({ ...each, kind: each.code }));
  const objects = reading.documents
    .flatMap(({ value }) => unfoldList(value))
    .flatMap(({ value }): RenderedObject[] => {
      const object = asKubeObject(value);
      return object === undefined ? [] : [{ key: keyOf(object), object, transformations: [] }];
    });
  const namespace = stringAt(app, 'targetNamespace') ?? stringAt(app, 'namespace');
  const finished = profile === 'kustomize' ? await finish(objects, app) : objects;
  const placed = placeObjects(finished, namespace);
  // What the engine does with twins: kustomize fails to build, anything else takes the last one.
  const severity = profile === 'kustomize' ? 'error' : 'warning';
  const twins = placed.problems.map(({ message }): DesiredProblem => ({ severity, kind: 'rendered-twice', message }));
  return { object: placed.objects.at(-1)?.object, problems: [...problems, ...twins] };
}

async function finish(
  objects: readonly RenderedObject[],
  app: JsonObject | undefined,
): Promise<readonly RenderedObject[]> {
  const declared = fluxApp(app);
  const signal = new AbortController().signal;
  const built = { objects, problems: [] };
  return (await finishFlux(declared, built, new MemoryTree({}), {}, signal)).objects;
}

/** The case's app as a Flux Kustomization that the repository declares. */
function fluxApp(app: JsonObject | undefined): App {
  const [name, namespace] = [stringAt(app, 'name') ?? '', stringAt(app, 'ownNamespace') ?? ''];
  const postBuild = readPostBuild(app);
  const object: KubeObject = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: postBuild === undefined ? {} : { postBuild },
  };
  const range = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return {
    id: appId('flux-kustomization', { namespace, name }),
    kind: 'flux-kustomization',
    name,
    namespace,
    declared: { file: 'app.yaml', document: 0, place: { file: 'app.yaml', range, start: 0, end: 0, text: '' }, object },
    source: { kind: 'here', path: '', render: 'kustomize' },
    destination: {},
  };
}

function expectedOutcome(expect: JsonObject): Outcome {
  return {
    verdict: stringAt(expect, 'verdict') ?? '',
    confirmed: stringAt(expect, 'confirmed'),
    fields: listAt(expect, 'fields').filter(isObject),
    remarks: listAt(expect, 'remarks').map((each) => stringAt(each, 'kind') ?? ''),
  };
}

function outcomeOf(diff: ObjectDiff): Outcome {
  return {
    verdict: diff.verdict,
    confirmed: diff.confirmed,
    fields: diff.fields.map(fieldOf),
    remarks: diff.remarks.map(({ kind }) => kind),
  };
}

function fieldOf({ path, change, desired, live, by, at }: FieldDifference): JsonObject {
  const parts: Record<string, Json | undefined> = { path, change, desired, live, by, at };
  return Object.fromEntries(Object.entries(parts).flatMap(([key, each]) => (each === undefined ? [] : [[key, each]])));
}

/** What differs from the expectation, for people; remarks are advice and do not count. */
function describeMiss(expected: Outcome, actual: Outcome): string | undefined {
  const misses = [
    ...(expected.verdict === actual.verdict ? [] : [`verdict ${actual.verdict} instead of ${expected.verdict}`]),
    ...(expected.confirmed === actual.confirmed
      ? []
      : [`confirmed ${String(actual.confirmed)} instead of ${String(expected.confirmed)}`]),
    ...expected.fields.filter((each) => !isAmong(each, actual.fields)).map((each) => `without ${JSON.stringify(each)}`),
    ...actual.fields.filter((each) => !isAmong(each, expected.fields)).map((each) => `with ${JSON.stringify(each)}`),
  ];
  return misses.length === 0 ? undefined : misses.join('; ');
}

function isAmong(field: JsonObject, fields: readonly JsonObject[]): boolean {
  return fields.some((each) => isSame(each, field));
}
