import type { App } from '../model/app.ts';
import { objectAt } from '../model/json.ts';
import { folderOf } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { ObjectOrigin, RenderProblem } from '../model/rendering.ts';
import { asKubeObject, keyOf, labelOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree, KustomizeReply, KustomizeRequest, RenderEngine } from '../ports.ts';
import { readBuildOptions } from './argoBuildOptions.ts';
import type { ArgoBuildOptions } from './argoBuildOptions.ts';
import { deriveArgo } from './deriveArgo.ts';
import { deriveFlux } from './deriveFlux.ts';
import type { Derivation } from './derivation.ts';
import { inflateCharts, isInflated } from './inflateCharts.ts';
import { OverlayTree } from './overlayTree.ts';
import { realPath, RemoteBasesTree } from './remoteBases.ts';
import { needProblem } from './remoteProblems.ts';
import type { Rendered } from './renderDirectory.ts';
import type { HelmTools } from './renderHelm.ts';

/** Renders a kustomization as the app's reconciler builds it: what it writes into it first, then the build. */
export async function renderKustomize(
  app: App,
  path: RepoPath,
  tree: FileTree,
  tools: HelmTools,
  signal: AbortSignal,
): Promise<Rendered> {
  const derivation = await derive(app, path, tree, signal);
  const derived = new RemoteBasesTree(withEdits(tree, derivation.edits));
  // Read from the tree as it is: looking for the settings opens files that this build has nothing to do with.
  const settings = (): Promise<ArgoBuildOptions> => readBuildOptions(app, tree, tools.cluster, signal);
  const isEnabled = async (): Promise<boolean> => app.kind === 'argo-application' && (await settings()).enablesHelm;
  const inflated = await inflateCharts(app, path, derived, tools.engine, isEnabled, signal);
  const problems = [...derivation.problems, ...inflated.problems];
  if (problems.some(isError)) return { objects: [], problems };
  const whole = withEdits(derived, inflated.edits);
  const reply = await build(app, path, whole, { engine: tools.engine, settings }, signal);
  const missing = await missingBases(app, derived, derivation, tree, signal);
  if (missing.length > 0) return { objects: [], problems: [...problems, ...missing] };
  if (derivation.edits.size === 0 || !reply.problems.some(isError)) return toRendered(reply, problems, inflated.files);
  const bare = (): Promise<KustomizeReply> =>
    build(app, path, new RemoteBasesTree(tree), { engine: tools.engine, settings }, signal);
  return toRendered(await retell(app, reply, derivation, bare), problems, inflated.files);
}

function isError({ severity }: RenderProblem): boolean {
  return severity === 'error';
}

function withEdits(tree: FileTree, edits: ReadonlyMap<RepoPath, string>): FileTree {
  return edits.size === 0 ? tree : new OverlayTree(tree, edits, 'derived');
}

interface BuildTools {
  readonly engine: RenderEngine;
  readonly settings: () => Promise<ArgoBuildOptions>;
}

/** Flux lets files come from everywhere in the repository, Argo CD where its settings say so. */
async function build(
  app: App,
  path: RepoPath,
  tree: FileTree,
  { engine, settings }: BuildTools,
  signal: AbortSignal,
): Promise<KustomizeReply> {
  const request: KustomizeRequest = { path, loadRestrictor: app.kind === 'flux-kustomization' ? 'none' : 'root-only' };
  const reply = await engine.kustomize(request, tree, signal);
  if (app.kind !== 'argo-application' || !reply.problems.some(isError)) return reply;
  const { loadsFromEverywhere } = await settings();
  return loadsFromEverywhere ? engine.kustomize({ ...request, loadRestrictor: 'none' }, tree, signal) : reply;
}

/** What kustomizations name elsewhere and nobody fetched, on the lines of the person's own files. */
async function missingBases(
  app: App,
  { missing }: RemoteBasesTree,
  { edits }: Derivation,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly RenderProblem[]> {
  const plain = new RemoteBasesTree(tree);
  for (const { file } of missing) if (edits.has(file)) await plain.read(file, signal);
  return missing.map(({ need, file, line, column }) => {
    if (!edits.has(file)) return needProblem(app, need, { file, line, column });
    const own = plain.missing.find((each) => JSON.stringify(each.need) === JSON.stringify(need));
    return needProblem(app, need, own === undefined ? {} : { file: own.file, line: own.line, column: own.column });
  });
}

async function derive(app: App, path: RepoPath, tree: FileTree, signal: AbortSignal): Promise<Derivation> {
  if (app.kind === 'argo-application') return deriveArgo(app, path, tree, signal);
  if (app.kind === 'flux-kustomization') return deriveFlux(app, path, tree, signal);
  return { edits: new Map(), problems: [] };
}

/**
 * Tells trouble of a derived build in terms of the person's own files: when the folder does not build by itself either,
 * its own trouble is the one to show; else what the app's manifest adds is at fault.
 */
async function retell(
  app: App,
  reply: KustomizeReply,
  derivation: Derivation,
  buildBare: () => Promise<KustomizeReply>,
): Promise<KustomizeReply> {
  const isDerived = (problem: RenderProblem): boolean =>
    problem.file === undefined || derivation.edits.has(problem.file);
  if (!reply.problems.some(isDerived)) return reply;
  if (!derivation.isGenerated) {
    const bare = await buildBare();
    if (bare.problems.some((each) => each.severity === 'error')) return bare;
  }
  const place = app.declared?.place;
  const problems = reply.problems.map((each) =>
    isDerived(each)
      ? { severity: each.severity, message: each.message, file: place?.file, line: place?.range.line }
      : each,
  );
  return { ...reply, problems };
}

const managedBy = 'app.kubernetes.io/managed-by';
/** What kustomize calls itself as a library; a program says its version. */
const ownVersion = 'kustomize-(devel)';

/** In terms of the person's files: what a chart gave comes from the kustomization that names the chart. */
function realOrigin(origin: ObjectOrigin | undefined, charted: readonly RepoPath[]): ObjectOrigin | undefined {
  const { path } = origin ?? {};
  if (path === undefined) return origin;
  const configuredIn = isInflated(path) ? charted.find((file) => folderOf(file) === folderOf(path)) : undefined;
  return configuredIn === undefined
    ? { ...origin, path: realPath(path) }
    : { configuredIn, configuredBy: 'HelmChartInflationGenerator' };
}

/** The object as another version builds it: which one does is not known, so that the label is not compared. */
function byAnotherVersion(object: KubeObject): KubeObject {
  const labels = { ...objectAt(object.metadata, 'labels'), [managedBy]: 'kustomize' };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function toRendered(reply: KustomizeReply, problems: readonly RenderProblem[], charted: readonly RepoPath[]): Rendered {
  const objects = reply.objects.flatMap(({ object, origin, transformations }) => {
    const read = asKubeObject(object);
    if (read === undefined) return [];
    const from = realOrigin(origin, charted);
    const rendered = { key: keyOf(read), object: read, origin: from, transformations };
    return [labelOf(read, managedBy) === ownVersion ? { ...rendered, second: byAnotherVersion(read) } : rendered];
  });
  const placed = reply.problems.map((each) => ({ ...each, file: each.file && realPath(each.file) }));
  return { objects, problems: [...problems, ...placed] };
}
