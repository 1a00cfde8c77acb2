import type { App, IncludedSource } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import { mountOf } from '../model/remoteNeed.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { FileTree } from '../ports.ts';
import { AliasTree } from './aliasTree.ts';
import { needProblem } from './remoteProblems.ts';
import { SourceTree } from './sourceTree.ts';

/** What a Flux app's source gives to the controller. */
export interface FluxArtifact {
  readonly tree: FileTree;
  /** Included sources that were not fetched. */
  readonly problems: readonly RenderProblem[];
  /** Where a person finds what the artifact has at a path. */
  readonly realPath: (path: RepoPath) => RepoPath;
}

function leftOut({ declared }: App, { path, sourceRef }: Extract<App['source'], { kind: 'here' }>): RenderProblem {
  const message = `The GitRepository ${sourceRef?.name ?? ''} leaves the folder ${path} out of its artifact (spec.sparseCheckout, spec.ignore or .sourceignore).`;
  return { severity: 'error', message, file: declared?.file, line: declared?.place.range.line };
}

/** The folders of an app's artifact that stand elsewhere, by their place in it. */
export function includedFolders(app: App): ReadonlyMap<RepoPath, RepoPath> {
  return new Map(
    includedSources(app).map(({ at, from, remote }) => [
      at,
      [remote === undefined ? '' : mountOf(remote), from].filter((part) => part !== '').join('/'),
    ]),
  );
}

function includedSources({ kind, source }: App): readonly IncludedSource[] {
  if (kind !== 'flux-kustomization' || source.kind !== 'here' || source.remote !== undefined) return [];
  return source.checkout?.included ?? [];
}

/** The tree as the source of a Flux app gives it to the controller. */
export async function fluxArtifact(app: App, tree: FileTree, signal: AbortSignal): Promise<FluxArtifact> {
  const { source } = app;
  if (app.kind !== 'flux-kustomization' || source.kind !== 'here' || source.remote !== undefined)
    return { tree, problems: [], realPath: (path) => path };
  const problems: RenderProblem[] = [];
  for (const { remote } of includedSources(app)) {
    const isMissing = remote !== undefined && (await tree.stat(mountOf(remote), signal)) === undefined;
    if (isMissing) problems.push(needProblem(app, remote));
  }
  const shown = new AliasTree(new SourceTree(tree, source.checkout ?? {}), includedFolders(app));
  const [isDeclared, isShown] = await Promise.all([tree, shown].map((each) => each.stat(source.path, signal)));
  if (isDeclared === 'folder' && isShown === undefined) problems.push(leftOut(app, source));
  return { tree: shown, problems, realPath: (path) => shown.realPath(path) };
}
