import { appId } from '../model/app.ts';
import type { App } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';

/** The app of a folder that no reconciler names: a kustomization root, or a folder of manifests with what is below it. */
export function bareApp(kind: 'kustomize' | 'manifests', path: RepoPath): App {
  const source = { kind: 'here', path, render: kind === 'kustomize' ? 'kustomize' : 'directory' } as const;
  return { id: appId(kind, { path }), kind, name: path === '' ? '.' : path, source, destination: {} };
}
