import type { App } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import { mountOf } from '../model/remoteNeed.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { FileTree } from '../ports.ts';
import { AliasTree } from './aliasTree.ts';
import { needProblem } from './remoteProblems.ts';
import { SourceTree } from './sourceTree.ts';

/** The tree as the source of a Flux app gives it to the controller; included sources that were not fetched are problems. */
export async function fluxArtifact(
  app: App,
  tree: FileTree,
  signal: AbortSignal,
): Promise<{ readonly tree: FileTree; readonly problems: readonly RenderProblem[] }> {
  const { source } = app;
  if (app.kind !== 'flux-kustomization' || source.kind !== 'here' || source.remote !== undefined)
    return { tree, problems: [] };
  const checkout = source.checkout ?? { included: [] };
  const aliases = new Map<RepoPath, RepoPath>();
  const problems: RenderProblem[] = [];
  for (const { at, from, remote } of checkout.included) {
    const mount = remote === undefined ? '' : mountOf(remote);
    if (remote !== undefined && (await tree.stat(mount, signal)) === undefined) problems.push(needProblem(app, remote));
    aliases.set(at, [mount, from].filter((part) => part !== '').join('/'));
  }
  const filtered = new SourceTree(tree, checkout);
  return { tree: aliases.size === 0 ? filtered : new AliasTree(filtered, aliases), problems };
}
