import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../src/core/model/json.ts';
import { runOrThrow } from '../scripts/lab/run.ts';

interface Sample {
  /** Of its kind in a namespace, with `{namespace}` for that. */
  readonly path: string;
  readonly object: JsonObject;
}

const jobTemplate = {
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/report:1.0' }] } },
  },
};

/** Kinds that no controller acts on, so that the server is quiet when it is measured. */
const samples: readonly Sample[] = [
  {
    path: '/api/v1/namespaces/{namespace}/configmaps',
    object: { apiVersion: 'v1', kind: 'ConfigMap', data: { LOG_LEVEL: 'info', REGION: 'north' } },
  },
  {
    path: '/api/v1/namespaces/{namespace}/serviceaccounts',
    object: { apiVersion: 'v1', kind: 'ServiceAccount' },
  },
  {
    path: '/api/v1/namespaces/{namespace}/services',
    object: { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
  },
  {
    path: '/apis/batch/v1/namespaces/{namespace}/cronjobs',
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { schedule: '0 3 1 1 *', suspend: true, jobTemplate },
    },
  },
];

/** Where an object is created, and the object. */
export interface Creation {
  readonly path: string;
  readonly object: JsonObject;
}

/** One namespace for each app; objects of all kinds in turn, `perApp` with the namespace. */
export function appObjects(prefix: string, perApp: number): readonly (readonly Creation[])[] {
  return Array.from({ length: 10 }, (_, app) => {
    const namespace = `${prefix}-${String(app)}`;
    const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const objects = Array.from({ length: perApp - 1 }, (_each, index): Creation => {
      const { path: at = '', object = {} } = samples[index % samples.length] ?? {};
      const metadata = { name: `part-${String(index)}`, namespace };
      return { path: at.replace('{namespace}', namespace), object: { ...object, metadata } };
    });
    return [{ path: '/api/v1/namespaces', object: own }, ...objects];
  });
}

/** A repository with a folder of plain manifests for each app (JSON is YAML too). */
export async function writeApps(folder: string, all: readonly (readonly Creation[])[]): Promise<void> {
  for (const [index, objects] of all.entries()) {
    const name = path.join(folder, `app-${String(index)}`);
    await mkdir(name, { recursive: true });
    const texts = objects.map(({ object }) => JSON.stringify(object));
    await writeFile(path.join(name, 'all.yaml'), texts.join('\n---\n'));
  }
  const git = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
  await runOrThrow('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await runOrThrow('git', ['add', '--all'], { cwd: folder });
  await runOrThrow('git', [...git, 'commit', '--quiet', '--message=Bench'], { cwd: folder });
}
