import { mountOf } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { AppSource, SourceRender } from '../model/app.ts';
import { stringAt } from '../model/json.ts';
import type { RepoPath } from '../model/place.ts';
import type { KubeObject } from '../model/resource.ts';

type Fetched = Extract<AppSource, { kind: 'here' }>;

/** A source that is fetched and then rendered as if it were here. */
export function remoteSource(need: RemoteNeed, path: RepoPath, render: SourceRender): Fetched {
  const mount = mountOf(need);
  return { kind: 'here', path: path === '' ? mount : `${mount}/${path}`, render, remote: need };
}

/** A fetched chart. */
export function remoteChart(need: RemoteNeed): Fetched {
  return remoteSource(need, '', 'helm');
}

/**
 * A chart of a repository: one with an index at an http address; all else is an OCI registry, which Argo CD's Applications
 * name without a scheme.
 */
export function chartNeed(url: string, chart: string, version: string): RemoteNeed {
  if (/^https?:\/\//i.test(url)) return { kind: 'chart', url, chart, version };
  const registry = url.replace(/^oci:\/\//i, '').replace(/\/+$/, '');
  return { kind: 'oci', url: `oci://${registry}/${chart}`, version };
}

/** A Bucket (Flux `source-controller/docs/spec/v1/buckets.md`) as people would name it. */
export function bucketWords(bucket: KubeObject): string {
  const [name, endpoint] = ['bucketName', 'endpoint'].map((key) => stringAt(bucket, 'spec', key) ?? '');
  return `the bucket ${name ?? ''} of ${endpoint ?? ''}`;
}
