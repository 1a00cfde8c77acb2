import type { App, SourceRender } from '../model/app.ts';
import { mountOf } from '../model/remoteNeed.ts';
import { elsewhereMessage } from '../model/words.ts';
import { sourceParts } from '../apps/sourceParts.ts';
import type { Rendering } from '../model/rendering.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import { withOverrides } from './argoOverrides.ts';
import { noCluster, RecordingView } from './clusterView.ts';
import type { ClusterView } from './clusterView.ts';
import { findKustomization } from './derivation.ts';
import { finishFlux, withCommonMetadata } from './finishFlux.ts';
import { managedNamespace } from './managedNamespace.ts';
import { placeObjects } from './placeObjects.ts';
import { RecordingTree } from './recordingTree.ts';
import { fluxArtifact } from './fluxArtifact.ts';
import { needProblem, placedHere } from './remoteProblems.ts';
import { directoryOptions, renderDirectory } from './renderDirectory.ts';
import { atRealPaths } from './realPaths.ts';
import type { Rendered } from './renderDirectory.ts';
import { renderKustomize } from './renderKustomize.ts';
import { renderHelm } from './renderHelm.ts';
import type { HelmTools } from './renderHelm.ts';
import { placeUnparsable } from './unparsableInputs.ts';

/** What a rendering may assume instead of what the tree says. */
export interface RenderAssumptions {
  /** Value of every variable that a ConfigMap or Secret outside the repository may set (Flux substitution). */
  readonly unseenVariables?: string | undefined;
  /** The cluster that the app runs in, where one is connected. */
  readonly cluster?: ClusterView | undefined;
}

/**
 * Renders an app at a tree as its reconciler would. Bad input is data: an `error` problem with the person's own file.
 * Throws only what the engine throws when it fails itself, and the signal's reason.
 */
export async function renderApp(
  app: App,
  tree: FileTree,
  engine: RenderEngine,
  signal: AbortSignal,
  assumptions: RenderAssumptions = {},
): Promise<Rendering> {
  const { source } = app;
  if (source.kind !== 'here') return notRendered(app);
  const recorded = new RecordingTree(tree);
  // The reconciler's own manifest is an input too: a place in it moves when a line is put above it.
  if (app.declared !== undefined) await recorded.read(app.declared.file, signal);
  const cluster = new RecordingView(assumptions.cluster ?? noCluster);
  const tools = { engine, cluster };
  const parts = await Promise.all(sourceParts(app).map((part) => renderPart(part, recorded, tools, signal)));
  const built = {
    objects: parts.flatMap((each) => each.objects),
    problems: parts.flatMap((each) => each.problems),
  };
  const { objects, problems } = await finish(app, built, recorded, { ...assumptions, cluster }, signal);
  const { reads } = recorded;
  // A chart's templates are no YAML by themselves; Helm places its own trouble.
  const placed = source.render === 'helm' ? problems : await placeUnparsable(problems, reads, tree, signal);
  const lookups = parts.flatMap((each) => each.lookups ?? []);
  const { asked } = cluster;
  return {
    objects,
    problems: placed.map((each) => placedHere(each, app)),
    reads,
    ...(lookups.length > 0 ? { lookups } : {}),
    ...(asked.length > 0 ? { asked } : {}),
  };
}

/** One source with what the files beside its manifests say of it. */
async function renderPart(part: App, tree: FileTree, tools: HelmTools, signal: AbortSignal): Promise<Rendered> {
  const { app, problems } = await withOverrides(part, tree, signal);
  const rendered = await renderSource(app, tree, tools, signal);
  return problems.length === 0 ? rendered : { ...rendered, problems: [...problems, ...rendered.problems] };
}

/** What the one source of an app holds, before the reconciler's last steps. */
async function renderSource(app: App, tree: FileTree, tools: HelmTools, signal: AbortSignal): Promise<Rendered> {
  const { source } = app;
  if (source.kind !== 'here') return { objects: [], problems: [] };
  const { remote } = source;
  if (remote !== undefined && (await tree.stat(mountOf(remote), signal)) === undefined)
    return { objects: [], problems: [needProblem(app, remote)] };
  switch (remote?.kind === 'oci' || remote?.kind === 'git' ? await foundRender(source, tree, signal) : source.render) {
    case 'directory':
      return renderDirectory(source.path, directoryOptions(app), tree, signal);
    case 'kustomize': {
      const artifact = await fluxArtifact(app, tree, signal);
      if (artifact.problems.length > 0) return { objects: [], problems: artifact.problems };
      return atRealPaths(await renderKustomize(app, source.path, artifact.tree, tools, signal), artifact.realPath);
    }
    case 'helm':
      return renderHelm(app, source.path, tree, tools, signal);
  }
}

/** What a fetched folder renders as: before it was fetched, its files could not tell. */
async function foundRender(
  { path, render }: Extract<App['source'], { kind: 'here' }>,
  tree: FileTree,
  signal: AbortSignal,
): Promise<SourceRender> {
  if (render !== 'directory') return render;
  if ((await tree.stat(`${path}/Chart.yaml`, signal)) === 'file') return 'helm';
  return (await findKustomization(path, tree, signal)) === undefined ? 'directory' : 'kustomize';
}

/** The reconciler's last steps on the built objects. */
async function finish(
  app: App,
  built: Rendered,
  tree: FileTree,
  assumptions: RenderAssumptions,
  signal: AbortSignal,
): Promise<Rendered> {
  switch (app.kind) {
    case 'argo-application':
      return withManagedNamespace(app, inNamespace(built, app.destination.namespace));
    case 'flux-kustomization':
      return finishFlux(app, built, tree, assumptions, signal);
    case 'flux-helmrelease':
      return withCommonMetadata(app, inNamespace(built, app.destination.namespace));
    case 'helm':
      return inNamespace(built, app.source.kind === 'here' ? app.source.release?.namespace : undefined);
    case 'kustomize':
    case 'manifests':
      return built;
  }
}

function withManagedNamespace(app: App, built: Rendered): Rendered {
  const added = managedNamespace(app, built.objects);
  return added.length === 0 ? built : { ...built, objects: [...built.objects, ...added] };
}

function inNamespace(built: Rendered, namespace: string | undefined): Rendered {
  const placed = placeObjects(built.objects, namespace);
  return { objects: placed.objects, problems: [...built.problems, ...placed.problems] };
}

function notRendered(app: App): Rendering {
  const message =
    app.source.kind === 'elsewhere'
      ? elsewhereMessage(app.source.what)
      : app.source.kind === 'unsupported'
        ? app.source.why
        : '';
  const place = app.declared?.place;
  const problem = {
    severity: 'error',
    message,
    file: place?.file,
    line: place?.range.line,
    column: place?.range.column,
  } as const;
  const known = app.source.kind === 'unsupported' ? app.source.problems : undefined;
  return { objects: [], problems: known ?? [problem], reads: [] };
}
