import type { App } from '../model/app.ts';
import { isObject, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { fetchedRoot, splitMounted } from '../model/remoteNeed.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import { argoSourceOf } from '../apps/argoSource.ts';
import type { FileTree } from '../ports.ts';
import type { ClusterView } from './clusterView.ts';
import { matchesPathGlob } from './pathGlob.ts';
import type { HelmPlan, PlannedLayer } from './helmPlan.ts';

/**
 * How Argo CD's repo-server calls `helm template` (argo-cd `reposerver/repository/repository.go`, helmTemplate): value
 * files, then `valuesObject` or `values`, then parameters, of which those forced to strings and those from files come last.
 */
export async function planArgoHelm(
  app: App,
  chart: RepoPath,
  tree: FileTree,
  { capabilities }: ClusterView,
  signal: AbortSignal,
): Promise<HelmPlan> {
  const options = (app.declared && objectAt(argoSourceOf(app.declared.object), 'helm')) ?? {};
  const files = await valueFiles(app, options, chart, tree, signal);
  const strings = (key: string): readonly string[] => {
    const list = options[key];
    return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
  };
  const ownVersions = strings('apiVersions');
  return {
    request: {
      chart,
      release: stringAt(options, 'releaseName') || app.name,
      namespace: stringAt(options, 'namespace') || (app.destination.namespace ?? 'default'),
      kubeVersion: stringAt(options, 'kubeVersion') || capabilities?.kubeVersion,
      // Those of the Application stand for the destination cluster's, not beside them.
      apiVersions: ownVersions.length > 0 ? ownVersions : capabilities?.apiVersions,
      skipCrds: options.skipCrds === true,
      skipSchema: options.skipSchemaValidation === true,
    },
    layers: [...files.layers, ...inlineValues(options), ...parameters(app, options, chart)],
    skipsTests: options.skipTests === true,
    problems: files.problems,
  };
}

interface FoundFiles {
  readonly layers: readonly PlannedLayer[];
  readonly problems: readonly RenderProblem[];
}

async function valueFiles(
  app: App,
  options: JsonObject,
  chart: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<FoundFiles> {
  const layers: PlannedLayer[] = [];
  const problems: RenderProblem[] = [];
  const ignoresMissing = options.ignoreMissingValueFiles === true;
  const place = app.declared?.place;
  const report = (message: string): void => {
    problems.push({ severity: 'error', message, file: place?.file, line: place?.range.line });
  };
  const list = Array.isArray(options.valueFiles) ? options.valueFiles : [];
  for (const written of list) {
    if (typeof written !== 'string' || written === '') continue;
    const path = resolveFile(withBuildEnvironment(written, app), chart);
    if (path === undefined) {
      report(`The values file ${written} is not in this repository; Plumbline reads no other.`);
      continue;
    }
    const files = await filesAt(path, tree, signal);
    if (files.length === 0 && !ignoresMissing) report(`The values file ${written} does not exist (${path}).`);
    for (const file of files)
      layers.push({ layer: { kind: 'file', path: file }, via: 'helm-values', from: { kind: 'file', file } });
  }
  return { layers, problems };
}

/**
 * Relative to the chart; from the root of its source after a slash; or after `$ref/`, for the sources referred to are this
 * repository. Nothing leads out of a fetched chart.
 */
function resolveFile(written: string, chart: RepoPath): RepoPath | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) return undefined;
  const reference = /^\$[^/]+\/(.*)$/.exec(written);
  if (reference !== null) return joinPath(reference[1] ?? '');
  const mounted = splitMounted(chart);
  if (mounted === undefined) return written.startsWith('/') ? joinPath(written) : joinPath(chart, written);
  const inside = written.startsWith('/') ? joinPath(written) : joinPath(mounted.rest, written);
  return inside === undefined ? undefined : `${fetchedRoot}/${mounted.key}/${inside}`;
}

/** The file, or those that a pattern matches, in the order of their paths. */
async function filesAt(path: RepoPath, tree: FileTree, signal: AbortSignal): Promise<readonly RepoPath[]> {
  if (!/[*?[{]/.test(path)) return (await tree.stat(path, signal)) === 'file' ? [path] : [];
  const fixed = path.slice(0, path.search(/[*?[{]/));
  const top = fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) : '';
  return (await filesBelow(top, tree, signal)).filter((file) => matchesPathGlob(file, path)).sort();
}

async function filesBelow(folder: RepoPath, tree: FileTree, signal: AbortSignal): Promise<readonly RepoPath[]> {
  const entries = (await tree.list(folder, signal)) ?? [];
  const below = await Promise.all(
    entries.map(async ({ name, kind }): Promise<readonly RepoPath[]> => {
      const child = folder === '' ? name : `${folder}/${name}`;
      return kind === 'file' ? [child] : filesBelow(child, tree, signal);
    }),
  );
  return below.flat();
}

/** `valuesObject` wins over `values` as a whole. */
function inlineValues(options: JsonObject): readonly PlannedLayer[] {
  const via = 'argo-values';
  const object = objectAt(options, 'valuesObject');
  if (object !== undefined)
    return [{ layer: { kind: 'text', text: JSON.stringify(object) }, via, from: inApp('valuesObject') }];
  const text = stringAt(options, 'values');
  return text ? [{ layer: { kind: 'text', text }, via, from: inApp('values') }] : [];
}

function inApp(...path: readonly (string | number)[]): PlannedLayer['from'] {
  return { kind: 'app', path: ['helm', ...path] };
}

function parameters(app: App, options: JsonObject, chart: RepoPath): readonly PlannedLayer[] {
  const all = objectsAt(options, 'parameters').map((each, index): PlannedLayer => {
    const value = withBuildEnvironment(textOf(valueAt(each, 'value')), app);
    const kind = each.forceString === true ? 'setString' : 'set';
    const text = `${stringAt(each, 'name') ?? ''}=${escapeCommas(value)}`;
    return { layer: { kind, text }, via: 'argo-parameters', from: inApp('parameters', index, 'value') };
  });
  const files = objectsAt(options, 'fileParameters').flatMap((each): readonly PlannedLayer[] => {
    const path = resolveFile(stringAt(each, 'path') ?? '', chart);
    const layer = { kind: 'setFile', text: stringAt(each, 'name') ?? '', path: path ?? '' } as const;
    return path === undefined ? [] : [{ layer, via: 'helm-set', from: { kind: 'file', file: path } }];
  });
  const ofKind = (kind: string): readonly PlannedLayer[] => all.filter((each) => each.layer.kind === kind);
  return [...ofKind('set'), ...ofKind('setString'), ...files];
}

/** A parameter's value is a string; what somebody wrote without quotes reads as something else. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** Commas separate values for `--set`; Argo CD escapes those that are not (argo-cd `util/helm`, cleanSetParameters). */
function escapeCommas(value: string): string {
  return /^\{.*\}$/s.test(value) ? value : value.replace(/(?<!\\),/g, '\\,');
}

/** Argo CD's build environment; a variable that it does not know is empty, as in a shell. */
function withBuildEnvironment(text: string, app: App): string {
  const spec = app.declared?.object.spec;
  const project = isObject(spec) ? stringAt(spec, 'project') : undefined;
  const known: Readonly<Record<string, string | undefined>> = {
    ARGOCD_APP_NAME: app.name,
    ARGOCD_APP_NAMESPACE: app.destination.namespace,
    ARGOCD_APP_PROJECT_NAME: project,
    ARGOCD_APP_SOURCE_PATH: app.source.kind === 'here' ? app.source.path : undefined,
  };
  return text.replace(/\$(?:\{(ARGOCD_[A-Z_]+)\}|(ARGOCD_[A-Z_]+))/g, (whole, braced: string, bare: string) => {
    const name = braced || bare;
    return name in known ? (known[name] ?? '') : whole;
  });
}
