import type { App, SourceRender } from '../model/app.ts';
import { isObject, objectAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { asKubeObject } from '../model/resource.ts';
import { argoSourceOf, explicitRender } from '../apps/argoSource.ts';
import { objectsAt, problemsOf } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** An app of one source as the files beside its manifests change it. */
export interface OverriddenApp {
  readonly app: App;
  /** In the order of application. */
  readonly overrides: readonly SourceOverride[];
  readonly problems: readonly RenderProblem[];
}

/** What a file says in the place of the Application's source. */
export interface SourceOverride {
  readonly file: RepoPath;
  readonly value: JsonObject;
}

/**
 * Lays `.argocd-source.yaml` and `.argocd-source-<app>.yaml` of the source's folder over the source, as merge patches that
 * leave address, revision and path alone (argo-cd `reposerver/repository/repository.go`, mergeSourceParameters).
 */
export async function withOverrides(app: App, tree: FileTree, signal: AbortSignal): Promise<OverriddenApp> {
  const { source, declared } = app;
  const written = declared && argoSourceOf(declared.object);
  if (app.kind !== 'argo-application' || source.kind !== 'here' || declared === undefined || written === undefined)
    return { app, overrides: [], problems: [] };
  const names = ['.argocd-source.yaml', `.argocd-source-${app.name}.yaml`];
  const files = await Promise.all(
    names.map(async (name) => readOverride(joinPath(source.path, name) ?? name, tree, signal)),
  );
  const overrides = files.flatMap(({ override }) => override ?? []);
  const problems = files.flatMap((each) => each.problems);
  if (overrides.length === 0) return { app, overrides, problems };
  const merged = overrides.reduce<Json>((value, each) => mergePatch(value, each.value), written);
  const kept = Object.fromEntries(
    ['repoURL', 'path', 'chart', 'targetRevision'].flatMap((key) =>
      written[key] === undefined ? [] : [[key, written[key]]],
    ),
  );
  const object = asKubeObject(withSource(declared.object, { ...(isObject(merged) ? merged : {}), ...kept }));
  if (object === undefined) return { app, overrides, problems };
  const render: SourceRender = explicitRender(argoSourceOf(object) ?? {}) ?? source.render;
  return { app: { ...app, source: { ...source, render }, declared: { ...declared, object } }, overrides, problems };
}

async function readOverride(
  file: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<{ readonly override?: SourceOverride; readonly problems: readonly RenderProblem[] }> {
  if ((await tree.stat(file, signal)) !== 'file') return { problems: [] };
  const content = await tree.read(file, signal);
  const reading = readYaml(new TextDecoder().decode(content ?? new Uint8Array()), 'plain');
  const value = reading.documents[0]?.value;
  const problems = problemsOf(file, reading);
  return isObject(value) && problems.length === 0 ? { override: { file, value }, problems } : { problems };
}

function withSource(object: JsonObject, source: JsonObject): JsonObject {
  const spec = objectAt(object, 'spec') ?? {};
  return objectsAt(object, 'spec', 'sources').length > 0
    ? { ...object, spec: { ...spec, sources: [source] } }
    : { ...object, spec: { ...spec, source } };
}

/** RFC 7386. */
function mergePatch(value: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(value) ? value : {}));
  for (const [key, each] of Object.entries(patch)) {
    if (each === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, each));
  }
  return Object.fromEntries(merged);
}
