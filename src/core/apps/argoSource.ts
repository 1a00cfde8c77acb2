import { objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { AppSource, SourcePart, SourceRender } from '../model/app.ts';
import { joinPath } from '../model/place.ts';
import { describeNeed } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { RepoPath } from '../model/place.ts';
import type { KubeObject } from '../model/resource.ts';
import { objectsAt } from './fileFacts.ts';
import type { AppSurroundings } from './readApp.ts';
import { chartNeed, remoteChart, remoteSource } from './remoteSource.ts';
import { unsupported } from './unsupported.ts';

/** The one source of an Application, whether written as `source` or as a `sources` list; of several the first. */
export function argoSourceOf(object: KubeObject): JsonObject | undefined {
  const sources = objectsAt(object, 'spec', 'sources');
  return sources.length > 0 ? sources[0] : objectAt(object, 'spec', 'source');
}

/** Where an Application's manifests come from. Of several sources those with manifests are rendered, the others are referred to. */
export function argoSource(object: KubeObject, around: AppSurroundings): AppSource {
  const sources = objectsAt(object, 'spec', 'sources');
  if (sources.length > 1) return severalSources(sources, around);
  const source = argoSourceOf(object);
  const url = stringAt(source, 'repoURL') ?? '';
  if (source === undefined || url === '') {
    return unsupported(
      objectAt(object, 'spec', 'sourceHydrator') === undefined
        ? 'This Application names no source (spec.source.repoURL).'
        : 'This Application uses the source hydrator, which Plumbline does not render yet.',
    );
  }
  const read = oneSource(source, around);
  return read.kind === 'here' && sources.length > 0 ? { ...read, index: 0 } : read;
}

function oneSource(source: JsonObject, around: AppSurroundings): AppSource {
  const url = stringAt(source, 'repoURL') ?? '';
  const revision = stringAt(source, 'targetRevision') || undefined;
  const path = stringAt(source, 'path');
  const chart = stringAt(source, 'chart');
  if (chart !== undefined) return { ...remoteChart(chartNeed(url, chart, revision ?? '')), revision: undefined };
  if (url.startsWith('oci://')) return fetchedSource(source, { kind: 'oci', url, version: revision ?? '' });
  if (!around.isHere(url)) return fetchedSource(source, { kind: 'git', url, revision: revision ?? '' });
  const folder = joinPath(path ?? '');
  if (folder === undefined) return unsupported(`The path ${path ?? ''} leaves the repository.`);
  const render = renderOf(source, folder, around);
  if (render === undefined)
    return unsupported('This Application is rendered by a config management plugin, which runs only inside Argo CD.');
  return { kind: 'here', path: folder, render, revision };
}

/**
 * Manifests or a chart in another repository or in an OCI artifact (argo-cd `user-guide/oci.md`); which it is, unless said,
 * only its files tell.
 */
function fetchedSource(source: JsonObject, need: RemoteNeed): AppSource {
  const path = stringAt(source, 'path') ?? '';
  const folder = joinPath(path);
  if (folder === undefined) return unsupported(`The path ${path} leaves ${describeNeed(need)}.`);
  const render = renderOf(source, folder, { folderKind: () => 'directory' });
  if (render === undefined)
    return unsupported('This Application is rendered by a config management plugin, which runs only inside Argo CD.');
  return remoteSource(need, folder, render);
}

/** Argo CD takes the type that the source names, else it looks into the folder; a plugin is none of ours. */
function renderOf(
  source: JsonObject,
  path: RepoPath,
  around: Pick<AppSurroundings, 'folderKind'>,
): SourceRender | undefined {
  const explicit = explicitRender(source);
  if (explicit !== undefined) return explicit;
  if (hasOptions(source, 'plugin')) return undefined;
  const kind = around.folderKind(path);
  return kind === 'absent' ? 'directory' : kind;
}

/** The type that a source names by having options for it. */
export function explicitRender(source: JsonObject): SourceRender | undefined {
  return (['helm', 'kustomize', 'directory'] as const).find((key) => hasOptions(source, key));
}

function hasOptions(source: JsonObject, key: string): boolean {
  return Object.keys(objectAt(source, key) ?? {}).length > 0;
}

function severalSources(sources: readonly JsonObject[], around: AppSurroundings): AppSource {
  const parts: SourcePart[] = [];
  let revision: string | undefined;
  for (const [index, source] of sources.entries()) {
    const url = stringAt(source, 'repoURL') ?? '';
    // A source with `ref` and no path gives files to the others and has no manifests of its own.
    const isReference = stringAt(source, 'ref') !== undefined && stringAt(source, 'path') === undefined;
    if (isReference && stringAt(source, 'chart') === undefined) {
      if (around.isHere(url)) continue;
      return unsupported(`One of this Application's sources takes files from another repository (${url}).`);
    }
    const read = oneSource(source, around);
    if (read.kind !== 'here') return read;
    revision ??= read.revision;
    parts.push({ path: read.path, render: read.render, index, ...(read.remote && { remote: read.remote }) });
  }
  const [first, ...others] = parts;
  if (first === undefined) return unsupported('None of this Application’s sources has manifests.');
  return { kind: 'here', ...first, revision, others };
}
