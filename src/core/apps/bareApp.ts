import { appId } from '../model/app.ts';
import type { App } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';

/** The app of a folder that no reconciler names: a kustomization root, a chart, or a folder of manifests with what is below it. */
export function bareApp(kind: 'kustomize' | 'helm' | 'manifests', path: RepoPath): App {
  const render = kind === 'manifests' ? 'directory' : kind;
  const source = { kind: 'here', path, render } as const;
  return { id: appId(kind, { path }), kind, name: path === '' ? '.' : path, source, destination: {} };
}
