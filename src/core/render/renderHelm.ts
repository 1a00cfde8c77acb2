import type { App } from '../model/app.ts';
import { baseName } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import type { JsonObject } from '../model/json.ts';
import { isSecret } from '../diff/secrets.ts';
import { asKubeObject, keyOf } from '../model/resource.ts';
import type { FileTree, HelmObject, HelmProblem, HelmReply, RenderEngine } from '../ports.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import { AliasTree } from './aliasTree.ts';
import { planArgoHelm } from './argoHelm.ts';
import { findDependencies } from './chartDependencies.ts';
import { needProblem } from './remoteProblems.ts';
import { readQuestion } from './clusterView.ts';
import type { ClusterView } from './clusterView.ts';
import { planFluxHelm } from './fluxHelm.ts';
import { markOpenFields } from './helmMarks.ts';
import { requestOf } from './helmPlan.ts';
import type { HelmPlan, PlannedLayer } from './helmPlan.ts';
import { postRender } from './postRender.ts';
import { atRealPaths } from './realPaths.ts';
import type { Rendered } from './renderDirectory.ts';

/** The plan for an app whose source is a chart; the app has one source. */
export async function planHelm(
  app: App,
  chart: RepoPath,
  tree: FileTree,
  cluster: ClusterView,
  signal: AbortSignal,
): Promise<HelmPlan> {
  switch (app.kind) {
    case 'argo-application':
      return planArgoHelm(app, chart, tree, cluster, signal);
    case 'flux-helmrelease':
      return planFluxHelm(app, chart, tree, cluster, signal);
    default:
      return planBare(app, chart, cluster);
  }
}

/** Renders the chart of an app. */
export async function renderHelm(
  app: App,
  chart: RepoPath,
  whole: FileTree,
  { engine, cluster }: HelmTools,
  signal: AbortSignal,
): Promise<Rendered> {
  const { aliases, missing, circles } = await findDependencies(chart, whole, signal);
  if (circles.length > 0) return { objects: [], problems: circles.map(circleProblem) };
  if (missing.length > 0)
    return { objects: [], problems: missing.map(({ need, file, line }) => needProblem(app, need, { file, line })) };
  const tree = new AliasTree(whole, aliases);
  const plan = await planHelm(app, chart, tree, cluster, signal);
  if (plan.problems.some((each) => each.severity === 'error')) return { objects: [], problems: plan.problems };
  const { reply, lookups } = await template(app, plan, tree, { engine, cluster }, signal);
  const problems = await Promise.all(reply.problems.map((each) => placed(each, app, plan, tree, signal)));
  const posted = await postRender(app, wantedOf(plan, reply), engine, signal);
  const objects = posted.objects.flatMap(toRendered);
  const marked = await markOpenFields(
    { app, plan, tree, objects, lookups },
    async (other, at) => {
      const { objects: all, problems: troubles } = await engine.helm({ ...requestOf(other), once: true }, at, signal);
      if (troubles.some(isError)) return undefined;
      const result = await postRender(app, wantedOf(other, { objects: all }), engine, signal);
      return result.problems.length > 0 ? undefined : result.objects.flatMap(toRendered);
    },
    signal,
  );
  const all = [...plan.problems, ...problems, ...posted.problems];
  return atRealPaths({ objects: marked, problems: all, lookups }, (path) => tree.realPath(path));
}

function circleProblem({
  name,
  file,
  line,
}: {
  name: string;
  file: RepoPath;
  line?: number | undefined;
}): RenderProblem {
  const message = `The chart depends on ${name}, which depends on it in turn.`;
  return { severity: 'error', message, file, line };
}

/** What a chart is rendered with. */
export interface HelmTools {
  readonly engine: RenderEngine;
  readonly cluster: ClusterView;
}

const isError = ({ severity }: RenderProblem): boolean => severity === 'error';

function wantedOf(plan: HelmPlan, { objects }: Pick<HelmReply, 'objects'>): readonly HelmObject[] {
  return objects.filter(({ hooks }) => !plan.skipsTests || !hooks.includes('test'));
}

/** As many rounds of questions and answers as a chart is granted: an answer may lead to another question. */
const mostRounds = 3;

/** Renders, and for a HelmRelease again with what the cluster answers to the templates' questions. */
async function template(
  app: App,
  plan: HelmPlan,
  tree: FileTree,
  { engine, cluster }: HelmTools,
  signal: AbortSignal,
): Promise<{ readonly reply: HelmReply; readonly lookups: readonly string[] }> {
  const answers: Record<string, JsonObject | null> = {};
  let reply = await engine.helm(requestOf(plan), tree, signal);
  for (let round = 0; app.kind === 'flux-helmrelease' && round < mostRounds; round++) {
    const fresh = reply.lookups.flatMap((question) => {
      const answer = question in answers ? undefined : answerOf(cluster, question);
      return answer === undefined ? [] : [[question, answer] as const];
    });
    if (fresh.length === 0) break;
    Object.assign(answers, Object.fromEntries(fresh));
    if (fresh.some(([, answer]) => answer !== null))
      reply = await engine.helm({ ...requestOf(plan), answers }, tree, signal);
  }
  return { reply, lookups: reply.lookups.filter((question) => !(question in answers)) };
}

/** The values of Secrets are not known here, so that only their absence is an answer. */
function answerOf(cluster: ClusterView, question: string): JsonObject | null | undefined {
  const found = cluster.find(readQuestion(question));
  return found !== null && found !== undefined && isSecret(found) ? undefined : found;
}

/** A chart that nobody's manifest names: a release with the folder's name unless said otherwise. */
function planBare({ source }: App, chart: RepoPath, { capabilities }: ClusterView): HelmPlan {
  const options = source.kind === 'here' ? source.release : undefined;
  const files = (options?.valueFiles ?? []).map((file): PlannedLayer => {
    return { layer: { kind: 'file', path: file }, via: 'helm-values', from: { kind: 'file', file } };
  });
  const sets = (options?.set ?? []).map((text): PlannedLayer => {
    return { layer: { kind: 'set', text }, via: 'helm-set', from: { kind: 'given' } };
  });
  const release = options?.name ?? (baseName(chart) || 'release');
  return {
    request: {
      chart,
      release,
      namespace: options?.namespace ?? 'default',
      kubeVersion: capabilities?.kubeVersion,
      apiVersions: capabilities?.apiVersions,
    },
    layers: [...files, ...sets],
    skipsTests: false,
    problems: [],
  };
}

function toRendered({ object, file, isCrd, second }: HelmObject): readonly RenderedObject[] {
  const origin = file === undefined ? undefined : { path: file };
  const others = second === undefined ? [] : unfoldList(second);
  return unfoldList(object).flatMap(({ value }, index) => {
    const read = asKubeObject(value);
    if (read === undefined) return [];
    const other = asKubeObject(others[index]?.value);
    return [
      {
        key: keyOf(read),
        object: read,
        origin,
        transformations: [],
        ...(isCrd ? { isChartCrd: true } : {}),
        ...(other === undefined ? {} : { second: other }),
      },
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
