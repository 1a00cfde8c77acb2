import type { App } from '../model/app.ts';
import { objectAt, stringAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import type { FileTree } from '../ports.ts';
import { dataOf, findSources } from './fluxVariables.ts';
import type { FoundSource } from './fluxVariables.ts';
import type { HelmPlan, PlannedLayer } from './helmPlan.ts';

/**
 * How helm-controller renders a HelmRelease: `valuesFiles` stand for the chart's defaults, then `valuesFrom` in order, then
 * `values` (Flux `helm-controller/docs/spec/v2/helmreleases.md`, Values).
 */
export async function planFluxHelm(app: App, chart: RepoPath, tree: FileTree, signal: AbortSignal): Promise<HelmPlan> {
  const spec = objectAt(app.declared?.object, 'spec') ?? {};
  const problems: RenderProblem[] = [];
  const place = app.declared?.place;
  const report = (severity: RenderProblem['severity'], message: string): void => {
    problems.push({ severity, message, file: place?.file, line: place?.range.line });
  };
  const layers: PlannedLayer[] = [];
  const references = objectsAt(spec, 'valuesFrom');
  const found = await findSources(app, references, tree, signal);
  references.forEach((reference, index) => {
    const layer = referredLayer(reference, found[index], report);
    if (layer !== undefined) layers.push(layer);
  });
  const values = objectAt(spec, 'values');
  const inApp = { kind: 'app', path: ['spec', 'values'] } as const;
  if (values !== undefined)
    layers.push({ layer: { kind: 'text', text: JSON.stringify(values) }, via: 'helm-values', from: inApp });
  const target = stringAt(spec, 'targetNamespace') || undefined;
  return {
    request: {
      chart,
      release: stringAt(spec, 'releaseName') || (target === undefined ? app.name : `${target}-${app.name}`),
      namespace: app.destination.namespace ?? 'default',
      defaults: await defaultsOf(app, tree, signal, report),
      skipCrds: stringAt(spec, 'install', 'crds') === 'Skip',
      skipSchema: valueAt(spec, 'install', 'disableSchemaValidation') === true,
    },
    layers,
    skipsTests: false,
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
  const files: RepoPath[] = [];
  for (const written of chart?.valuesFiles ?? []) {
    const path = joinPath(written);
    const isThere = path !== undefined && (await tree.stat(path, signal)) === 'file';
    if (isThere) files.push(path);
    else if (chart?.ignoresMissing !== true) report('error', `The values file ${written} does not exist.`);
  }
  return files;
}

/** One entry of `valuesFrom`: a whole document of values, or with `targetPath` a single value. */
function referredLayer(
  reference: JsonObject,
  source: FoundSource | undefined,
  report: Report,
): PlannedLayer | undefined {
  const name = stringAt(reference, 'name') ?? '';
  const what = `${stringAt(reference, 'kind') ?? ''} ${name}`;
  const key = stringAt(reference, 'valuesKey') || 'values.yaml';
  if (source === undefined) {
    if (reference.optional !== true)
      report('warning', `Values come from the ${what}, which is not in the repository; they are left out.`);
    return undefined;
  }
  const [, text] = dataOf(source.object).find(([each]) => each === key) ?? [];
  if (text === undefined) {
    if (reference.optional !== true) report('error', `The ${what} has no key ${key}.`);
    return undefined;
  }
  const from = { kind: 'data', file: source.file, name, key } as const;
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
