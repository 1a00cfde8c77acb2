import type { App } from '../model/app.ts';
import { objectAt, stringAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import type { ClusterView } from './clusterView.ts';
import { crdPolicy } from './crdPolicy.ts';
import { dataOf, findInCluster, findSources } from './fluxVariables.ts';
import type { FoundSource } from './fluxVariables.ts';
import type { HelmPlan, LayerOrigin, PlannedLayer, UnseenValues } from './helmPlan.ts';
import { fluxReleaseName } from './releaseName.ts';

/**
 * How helm-controller renders a HelmRelease: `valuesFiles` stand for the chart's defaults, then `valuesFrom` in order, then
 * `values` (Flux `helm-controller/docs/spec/v2/helmreleases.md`, Values).
 */
export async function planFluxHelm(
  app: App,
  chart: RepoPath,
  tree: FileTree,
  cluster: ClusterView,
  signal: AbortSignal,
): Promise<HelmPlan> {
  const spec = objectAt(app.declared?.object, 'spec') ?? {};
  const problems: RenderProblem[] = [];
  const place = app.declared?.place;
  const report = (severity: RenderProblem['severity'], message: string): void => {
    problems.push({ severity, message, file: place?.file, line: place?.range.line });
  };
  const layers: PlannedLayer[] = [];
  const unseen: UnseenValues[] = [];
  const references = objectsAt(spec, 'valuesFrom');
  const found = await findSources(app, references, tree, signal);
  references.forEach((reference, index) => {
    const source = found[index] ?? findInCluster(app, reference, cluster);
    if (source === undefined) unseen.push(unseenValues(reference, report));
    if (source === 'absent') reportAbsent(reference, report);
    const layer = source === undefined || source === 'absent' ? undefined : referredLayer(reference, source, report);
    if (layer !== undefined) layers.push(layer);
  });
  const { capabilities } = cluster;
  const values = objectAt(spec, 'values');
  const inApp = { kind: 'app', path: ['spec', 'values'] } as const;
  if (values !== undefined)
    layers.push({ layer: { kind: 'text', text: JSON.stringify(values) }, via: 'helm-values', from: inApp });
  return {
    request: {
      chart,
      release: fluxReleaseName(app),
      namespace: app.destination.namespace ?? 'default',
      kubeVersion: capabilities?.kubeVersion,
      apiVersions: capabilities?.apiVersions,
      onlyApiVersions: capabilities?.apiVersions !== undefined,
      defaults: await defaultsOf(app, tree, signal, report),
      skipCrds: crdPolicy(spec, 'install') === 'Skip' && crdPolicy(spec, 'upgrade') === 'Skip',
      skipSchema: valueAt(spec, 'install', 'disableSchemaValidation') === true,
    },
    layers,
    skipsTests: false,
    unseen,
    problems,
  };
}

type Report = (severity: RenderProblem['severity'], message: string) => void;

async function defaultsOf(
  { source }: App,
  tree: FileTree,
  signal: AbortSignal,
  report: Report,
): Promise<readonly RepoPath[]> {
  const chart = source.kind === 'here' ? source.chart : undefined;
  const mount = source.kind === 'here' && source.remote !== undefined ? source.path : undefined;
  const files: RepoPath[] = [];
  for (const written of chart?.valuesFiles ?? []) {
    // In a repository of charts they are counted from the chart, in Git from the root.
    const inside = joinPath(written);
    const path = inside === undefined || mount === undefined ? inside : `${mount}/${inside}`;
    const isThere = path !== undefined && (await tree.stat(path, signal)) === 'file';
    if (isThere) files.push(path);
    else if (chart?.ignoresMissing !== true) report('error', `The values file ${written} does not exist.`);
  }
  return files;
}

function nameOfSource(reference: JsonObject): string {
  return `${stringAt(reference, 'kind') ?? ''} ${stringAt(reference, 'name') ?? ''}`;
}

function unseenValues(reference: JsonObject, report: Report): UnseenValues {
  const source = nameOfSource(reference);
  if (reference.optional !== true)
    report('warning', `Values come from the ${source}, which is not in the repository; they are left out.`);
  return { source, target: stringAt(reference, 'targetPath') || undefined };
}

function reportAbsent(reference: JsonObject, report: Report): void {
  if (reference.optional === true) return;
  report(
    'warning',
    `Values come from the ${nameOfSource(reference)}, which neither the repository nor the cluster holds.`,
  );
}

/** One entry of `valuesFrom`: a whole document of values, or with `targetPath` a single value. */
function referredLayer(reference: JsonObject, source: FoundSource, report: Report): PlannedLayer | undefined {
  const name = stringAt(reference, 'name') ?? '';
  const what = nameOfSource(reference);
  const key = stringAt(reference, 'valuesKey') || 'values.yaml';
  const [, text] = dataOf(source.object).find(([each]) => each === key) ?? [];
  if (text === undefined) {
    if (reference.optional !== true) report('error', `The ${what} has no key ${key}.`);
    return undefined;
  }
  const { file } = source;
  const from: LayerOrigin = file === undefined ? { kind: 'given' } : { kind: 'data', file, name, key };
  const target = stringAt(reference, 'targetPath') || undefined;
  if (target === undefined) return { layer: { kind: 'text', text }, via: 'helm-values', from };
  return { layer: singleValue(target, text), via: 'helm-set', from };
}

/** A value in quotes stays a string (fluxcd/pkg `chartutil`, ReplacePathValue). */
function singleValue(target: string, text: string): PlannedLayer['layer'] {
  const isQuoted = /^(["']).*\1$/s.test(text);
  const bare = isQuoted ? text.replace(/^["']+|["']+$/g, '') : text;
  return { kind: isQuoted ? 'setString' : 'set', text: `${target}=${bare}` };
}
