import type { App } from '../model/app.ts';
import { baseName } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { asKubeObject, keyOf } from '../model/resource.ts';
import type { FileTree, HelmObject, HelmProblem, RenderEngine } from '../ports.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import { planArgoHelm } from './argoHelm.ts';
import { planFluxHelm } from './fluxHelm.ts';
import { requestOf } from './helmPlan.ts';
import type { HelmPlan, PlannedLayer } from './helmPlan.ts';
import type { Rendered } from './renderDirectory.ts';

/** The plan for an app whose source is a chart; the app has one source. */
export async function planHelm(app: App, chart: RepoPath, tree: FileTree, signal: AbortSignal): Promise<HelmPlan> {
  switch (app.kind) {
    case 'argo-application':
      return planArgoHelm(app, chart, tree, signal);
    case 'flux-helmrelease':
      return planFluxHelm(app, chart, tree, signal);
    default:
      return planBare(app, chart);
  }
}

/** Renders the chart of an app. */
export async function renderHelm(
  app: App,
  chart: RepoPath,
  tree: FileTree,
  engine: RenderEngine,
  signal: AbortSignal,
): Promise<Rendered> {
  const plan = await planHelm(app, chart, tree, signal);
  if (plan.problems.some((each) => each.severity === 'error')) return { objects: [], problems: plan.problems };
  const reply = await engine.helm(requestOf(plan), tree, signal);
  const problems = await Promise.all(reply.problems.map((each) => placed(each, app, plan, tree, signal)));
  const isWanted = ({ hooks }: HelmObject): boolean => !plan.skipsTests || !hooks.includes('test');
  return {
    objects: reply.objects.filter(isWanted).flatMap(toRendered),
    problems: [...plan.problems, ...problems],
    lookups: reply.lookups,
  };
}

/** A chart that nobody's manifest names: a release with the folder's name unless said otherwise. */
function planBare({ source }: App, chart: RepoPath): HelmPlan {
  const options = source.kind === 'here' ? source.release : undefined;
  const files = (options?.valueFiles ?? []).map((file): PlannedLayer => {
    return { layer: { kind: 'file', path: file }, via: 'helm-values', from: { kind: 'file', file } };
  });
  const sets = (options?.set ?? []).map((text): PlannedLayer => {
    return { layer: { kind: 'set', text }, via: 'helm-set', from: { kind: 'given' } };
  });
  const release = options?.name ?? (baseName(chart) || 'release');
  return {
    request: { chart, release, namespace: options?.namespace ?? 'default' },
    layers: [...files, ...sets],
    skipsTests: false,
    problems: [],
  };
}

function toRendered({ object, file }: HelmObject): readonly RenderedObject[] {
  return unfoldList(object).flatMap(({ value }) => {
    const read = asKubeObject(value);
    if (read === undefined) return [];
    return [
      { key: keyOf(read), object: read, origin: file === undefined ? undefined : { path: file }, transformations: [] },
    ];
  });
}

/** A refused value is shown where it is written, trouble with a layer of the app's own object at the app. */
async function placed(
  problem: HelmProblem,
  app: App,
  plan: HelmPlan,
  tree: FileTree,
  signal: AbortSignal,
): Promise<RenderProblem> {
  const { severity, message, file, line, column } = problem;
  const at = problem.values === undefined ? undefined : await placeOfValue(problem.values, plan, tree, signal);
  if (at !== undefined) return { severity, message, ...at };
  if (file !== undefined) return { severity, message, file, line, column };
  const place = app.declared?.place;
  return { severity, message, file: place?.file, line: place?.range.line };
}

/** Where the files write a value, the last one first; values inside other objects are not looked for. */
async function placeOfValue(
  pointer: string,
  { request, layers }: HelmPlan,
  tree: FileTree,
  signal: AbortSignal,
): Promise<Pick<RenderProblem, 'file' | 'line' | 'column'> | undefined> {
  const files = layers.flatMap(({ from }) => (from.kind === 'file' ? [from.file] : [])).reverse();
  const defaults = request.defaults ?? [];
  const own = defaults.length > 0 ? [...defaults].reverse() : [`${request.chart}/values.yaml`];
  for (const file of [...files, ...own]) {
    const content = await tree.read(file, signal);
    if (content === undefined) continue;
    const { sites } = locateScalars(file, new TextDecoder().decode(content), 'plain');
    const site = sites.find((each) => `/${each.path.join('/')}` === pointer);
    if (site !== undefined) return { file, line: site.place.range.line, column: site.place.range.column };
  }
  return undefined;
}
