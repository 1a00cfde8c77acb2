import { stringAt } from '../model/json.ts';
import { appId } from '../model/app.ts';
import type { App, AppDestination, AppKind, AppSource } from '../model/app.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { argoSource } from './argoSource.ts';
import type { DeclaredObject } from './fileFacts.ts';
import { followedRevision, ociNeed } from './followedRevision.ts';
import { helmReleaseSource } from './helmReleaseSource.ts';
import { bucketWords, remoteSource } from './remoteSource.ts';
import { sourceCheckout } from './sourceCheckout.ts';
import { unsupported } from './unsupported.ts';

/** What reading an app's object needs to know of the repository around it. */
export interface AppSurroundings {
  /** Whether an address names this repository. */
  isHere(url: string): boolean;
  /** What a folder is, by the files in it. */
  folderKind(path: RepoPath): 'kustomize' | 'helm' | 'directory' | 'absent';
  /** The Flux source of a reference, when the repository declares it. */
  findSource(kind: string, namespace: string, name: string): KubeObject | undefined;
}

/** The app that a reconciler's object declares; `undefined` for objects that declare none (`GitRepository`, `AppProject`, …). */
export function readApp(declared: DeclaredObject, around: AppSurroundings): App | undefined {
  const { object } = declared;
  const reader = readers[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (reader === undefined || nameOf(object) === '') return undefined;
  const namespace = namespaceOf(object) ?? reader.defaultNamespace;
  const name = nameOf(object);
  return {
    id: appId(reader.kind, { namespace, name }),
    kind: reader.kind,
    name,
    namespace,
    declared,
    source: reader.source(object, around),
    destination: reader.destination(object),
  };
}

interface AppReader {
  readonly kind: AppKind;
  /** Where the reconciler's objects live unless they say so. */
  readonly defaultNamespace: string;
  readonly source: (object: KubeObject, around: AppSurroundings) => AppSource;
  readonly destination: (object: KubeObject) => AppDestination;
}

const readers: Readonly<Record<string, AppReader>> = {
  'argoproj.io/Application': {
    kind: 'argo-application',
    defaultNamespace: 'argocd',
    source: argoSource,
    destination: (object) => ({
      server: stringAt(object, 'spec', 'destination', 'server'),
      clusterName: stringAt(object, 'spec', 'destination', 'name'),
      namespace: stringAt(object, 'spec', 'destination', 'namespace') || undefined,
    }),
  },
  'kustomize.toolkit.fluxcd.io/Kustomization': {
    kind: 'flux-kustomization',
    defaultNamespace: 'flux-system',
    source: fluxSource,
    destination: (object) => ({
      clusterName: stringAt(object, 'spec', 'kubeConfig', 'secretRef', 'name'),
      namespace: stringAt(object, 'spec', 'targetNamespace') || undefined,
    }),
  },
  'helm.toolkit.fluxcd.io/HelmRelease': {
    kind: 'flux-helmrelease',
    defaultNamespace: 'flux-system',
    source: helmReleaseSource,
    destination: (object) => ({
      clusterName: stringAt(object, 'spec', 'kubeConfig', 'secretRef', 'name'),
      namespace: stringAt(object, 'spec', 'targetNamespace') || (namespaceOf(object) ?? 'flux-system'),
    }),
  },
};

function fluxSource(object: KubeObject, around: AppSurroundings): AppSource {
  const kind = stringAt(object, 'spec', 'sourceRef', 'kind') ?? '';
  const name = stringAt(object, 'spec', 'sourceRef', 'name') ?? '';
  const namespace = stringAt(object, 'spec', 'sourceRef', 'namespace') || (namespaceOf(object) ?? 'flux-system');
  const written = stringAt(object, 'spec', 'path');
  const source = around.findSource(kind, namespace, name);
  const url = stringAt(source, 'spec', 'url');
  if (kind === 'OCIRepository' && source !== undefined) {
    const need = ociNeed(source);
    const folder = joinPath(written ?? '');
    if (need !== undefined && folder !== undefined) return remoteSource(need, folder, 'kustomize');
  }
  if (kind === 'Bucket' && source !== undefined) return { kind: 'elsewhere', what: bucketWords(source) };
  if (kind !== 'GitRepository')
    return unsupported(`The source ${kind} ${name} is not a Git repository; Plumbline cannot read it.`);
  const revision = followedRevision(source);
  if (url !== undefined && !around.isHere(url)) {
    const folder = joinPath(written ?? '');
    if (folder !== undefined) return remoteSource({ kind: 'git', url, revision: revision ?? '' }, folder, 'kustomize');
  }
  const path = joinPath(written ?? '');
  if (path === undefined) return unsupported(`The path ${written ?? ''} leaves the repository.`);
  // The controller always builds with kustomize; a folder without a kustomization gets a generated one.
  const checkout = sourceCheckout(source, around);
  return { kind: 'here', path, render: 'kustomize', revision, sourceRef: { namespace, name }, checkout };
}
