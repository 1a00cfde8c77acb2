import { objectAt, stringAt, stringsAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { AppSource } from '../model/app.ts';
import { joinPath } from '../model/place.ts';
import { namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { followedRevision, ociNeed } from './followedRevision.ts';
import type { AppSurroundings } from './readApp.ts';
import { bucketWords, chartNeed, remoteChart, remoteSource } from './remoteSource.ts';
import { unsupported } from './unsupported.ts';

/** Where a HelmRelease's chart comes from: its own chart template, or the HelmChart that it refers to. */
export function helmReleaseSource(object: KubeObject, around: AppSurroundings): AppSource {
  const own = namespaceOf(object) ?? 'flux-system';
  const reference = objectAt(object, 'spec', 'chartRef');
  if (reference === undefined) return chartSource(objectAt(object, 'spec', 'chart', 'spec'), own, around);
  const kind = stringAt(reference, 'kind') ?? '';
  const name = stringAt(reference, 'name') ?? '';
  const namespace = stringAt(reference, 'namespace') || own;
  if (kind === 'OCIRepository') return ociSource(around.findSource(kind, namespace, name), kind, name);
  const chart = kind === 'HelmChart' ? around.findSource(kind, namespace, name) : undefined;
  if (chart !== undefined) return chartSource(objectAt(chart, 'spec'), namespaceOf(chart) ?? own, around);
  return undeclared(kind, name);
}

function undeclared(kind: string, name: string): AppSource {
  return unsupported(`The chart comes from the ${kind} ${name}, which this repository does not declare.`);
}

/** An artifact that is a chart; a digest wins over a range and that over a tag (Flux `source-controller/docs/spec/v1/ocirepositories.md`). */
function ociSource(source: KubeObject | undefined, kind: string, name: string): AppSource {
  const need = source && ociNeed(source);
  return need === undefined ? undeclared(kind, name) : remoteChart(need);
}

function chartSource(spec: Json | undefined, own: string, around: AppSurroundings): AppSource {
  const chart = stringAt(spec, 'chart') ?? '';
  const kind = stringAt(spec, 'sourceRef', 'kind') ?? '';
  const name = stringAt(spec, 'sourceRef', 'name') ?? '';
  const namespace = stringAt(spec, 'sourceRef', 'namespace') || own;
  const source = around.findSource(kind, namespace, name);
  const url = stringAt(source, 'spec', 'url');
  const values = {
    valuesFiles: stringsAt(spec, 'valuesFiles'),
    ignoresMissing: valueAt(spec, 'ignoreMissingValuesFiles') === true,
  };
  if (kind === 'HelmRepository') {
    if (url === undefined) return undeclared(kind, name);
    // Without a version Flux takes the newest that is no prerelease.
    return { ...remoteChart(chartNeed(url, chart, stringAt(spec, 'version') ?? '*')), chart: values };
  }
  if (kind === 'Bucket' && source !== undefined) return { kind: 'elsewhere', what: bucketWords(source) };
  if (kind !== 'GitRepository')
    return unsupported(`The chart ${chart} comes from the ${kind} ${name}; Plumbline does not read ${kind} sources.`);
  const revision = followedRevision(source);
  const path = joinPath(chart);
  if (path === undefined) return unsupported(`The chart's path ${chart} leaves the repository.`);
  if (url !== undefined && !around.isHere(url))
    return { ...remoteSource({ kind: 'git', url, revision: revision ?? '' }, path, 'helm'), chart: values };
  return { kind: 'here', path, render: 'helm', revision, sourceRef: { namespace, name }, chart: values };
}
