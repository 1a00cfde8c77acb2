import type { App } from '../model/app.ts';
import { isObject, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import type { HelmObject, KustomizeReply, RenderEngine } from '../ports.ts';
import { withPatchesAndImages } from './deriveFlux.ts';
import { MemoryTree } from './memoryTree.ts';

/** A chart's objects after a HelmRelease's post-renderers. */
export interface PostRendered {
  readonly objects: readonly HelmObject[];
  readonly problems: readonly RenderProblem[];
}

/**
 * Applies `spec.postRenderers` in order, each a kustomization of the objects so far. Definitions from a `crds` folder are
 * never part of it; hooks are, unless `postRenderStrategy` is `nohooks` (Flux `helm-controller/docs/spec/v2/helmreleases.md`).
 */
export async function postRender(
  app: App,
  rendered: readonly HelmObject[],
  engine: RenderEngine,
  signal: AbortSignal,
): Promise<PostRendered> {
  const spec = app.declared?.object.spec;
  const steps = isObject(spec) ? objectsAt(spec, 'postRenderers').filter((each) => isObject(each.kustomize)) : [];
  if (app.kind !== 'flux-helmrelease' || steps.length === 0) return { objects: rendered, problems: [] };
  const result = await applyAll(app, rendered, steps, stringAt(spec, 'postRenderStrategy'), engine, signal);
  if (result.problems.length > 0 || rendered.every(({ second }) => second === undefined)) return result;
  const seconds = rendered.map((each) => ({ ...each, object: each.second ?? each.object }));
  const other = await applyAll(app, seconds, steps, stringAt(spec, 'postRenderStrategy'), engine, signal);
  return { ...result, objects: result.objects.map((each, index) => withSecond(each, other.objects[index])) };
}

function withSecond(object: HelmObject, other: HelmObject | undefined): HelmObject {
  const isSame = JSON.stringify(object.object) === JSON.stringify(other?.object);
  return isSame || other === undefined ? object : { ...object, second: other.object };
}

async function applyAll(
  app: App,
  rendered: readonly HelmObject[],
  steps: readonly JsonObject[],
  strategy: string | undefined,
  engine: RenderEngine,
  signal: AbortSignal,
): Promise<PostRendered> {
  const crds = rendered.filter((each) => each.isCrd);
  const out: HelmObject[] = [...crds];
  for (const group of groupsOf(rendered, strategy)) {
    let objects: readonly HelmObject[] = group.objects;
    for (const [index, step] of group.isRendered && objects.length > 0 ? steps.entries() : []) {
      const result = await applyStep(objects, isObject(step.kustomize) ? step.kustomize : {}, engine, signal);
      if (result.trouble !== undefined) return { objects: [], problems: [problemOf(app, index, result.trouble)] };
      objects = result.objects;
    }
    out.push(...objects);
  }
  return { objects: out, problems: [] };
}

interface Group {
  readonly objects: readonly HelmObject[];
  readonly isRendered: boolean;
}

/** What is post-rendered together; together is Helm's default. */
function groupsOf(rendered: readonly HelmObject[], strategy: string | undefined): readonly Group[] {
  const all = rendered.filter((each) => !each.isCrd);
  if (strategy !== 'nohooks' && strategy !== 'separate') return [{ objects: all, isRendered: true }];
  const hooks = all.filter((each) => each.hooks.length > 0);
  const others = all.filter((each) => each.hooks.length === 0);
  return [
    { objects: others, isRendered: true },
    { objects: hooks, isRendered: strategy === 'separate' },
  ];
}

async function applyStep(
  objects: readonly HelmObject[],
  step: JsonObject,
  engine: RenderEngine,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly HelmObject[]; readonly trouble?: string | undefined }> {
  // One file for each object, so that the origin of a result tells which it was.
  const names = objects.map((_, index) => `object-${index}.yaml`);
  const kustomization = withPatchesAndImages(
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: names },
    step,
  );
  const files = Object.fromEntries(objects.map(({ object }, index) => [names[index] ?? '', JSON.stringify(object)]));
  const tree = new MemoryTree({ ...files, 'kustomization.yaml': JSON.stringify(kustomization) });
  const reply = await engine.kustomize({ path: '', loadRestrictor: 'none' }, tree, signal);
  const trouble = reply.problems.find((each) => each.severity === 'error')?.message;
  return { objects: trouble === undefined ? joined(reply, objects, names) : [], trouble };
}

/** The results with what was known of the objects that they came from. */
function joined(reply: KustomizeReply, before: readonly HelmObject[], names: readonly string[]): readonly HelmObject[] {
  return reply.objects.map(({ object, origin }) => {
    const known = before[names.indexOf(origin?.path ?? '')];
    return { object, file: known?.file, hooks: known?.hooks ?? [], isCrd: false };
  });
}

function problemOf(app: App, index: number, trouble: string): RenderProblem {
  const place = app.declared?.place;
  const message = `Post-renderer ${index + 1} cannot be applied to the chart's objects: ${trouble}`;
  return { severity: 'error', message, file: place?.file, line: place?.range.line };
}
