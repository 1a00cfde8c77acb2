import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from './cacheDir.ts';
import { eventually } from './eventually.ts';
import { listAt, parseJson, textAt } from './json.ts';
import type { KubeApi } from './kubeApi.ts';
import { LabError } from './labError.ts';
import { clusterModule } from './projectPaths.ts';
import { run } from './run.ts';

interface CrdSource {
  readonly module: string;
  /** Set for a module that nothing in `test/cluster` imports, so that go.mod cannot name its version. */
  readonly version?: string;
  readonly files: readonly string[];
}

const bases = 'config/crd/bases';

const sources: Readonly<Record<'flux' | 'argocd', readonly CrdSource[]>> = {
  flux: [
    {
      module: 'github.com/fluxcd/kustomize-controller',
      files: [`${bases}/kustomize.toolkit.fluxcd.io_kustomizations.yaml`],
    },
    {
      // Only its API is a dependency, and that module carries no manifests. 1.7.3 is of the same Flux release, 2.7.
      module: 'github.com/fluxcd/source-controller',
      version: 'v1.7.3',
      files: ['gitrepositories', 'ocirepositories', 'buckets', 'externalartifacts'].map(
        (plural) => `${bases}/source.toolkit.fluxcd.io_${plural}.yaml`,
      ),
    },
  ],
  argocd: [
    {
      module: 'github.com/argoproj/argo-cd/v3',
      files: ['application', 'applicationset', 'appproject'].map((name) => `manifests/crds/${name}-crd.yaml`),
    },
  ],
};

/** The CustomResourceDefinitions of a reconciler as one YAML stream, taken from its Go module and kept in the cache. */
export async function readCrds(reconciler: 'flux' | 'argocd', cacheKey: string): Promise<string> {
  const file = join(cacheDir(), 'crds', `${reconciler}-${cacheKey}.yaml`);
  if (existsSync(file)) return readFile(file, 'utf8');
  const documents: string[] = [];
  for (const source of sources[reconciler]) {
    const dir = await moduleDir(source);
    for (const name of source.files) documents.push(await readFile(join(dir, name), 'utf8'));
  }
  const text = documents.join('\n---\n');
  await mkdir(join(file, '..'), { recursive: true });
  const scratch = `${file}.${process.pid}`;
  await writeFile(scratch, text);
  await rename(scratch, file).finally(() => rm(scratch, { force: true }));
  return text;
}

/**
 * Waits until the API server serves every CustomResourceDefinition it was given. `kubectl wait` fails on one that has no
 * conditions yet, so it is asked here.
 */
export async function crdsEstablished(api: KubeApi, signal?: AbortSignal): Promise<void> {
  await eventually(
    'the API server to serve the reconcilers’ kinds',
    async () => {
      const items = listAt(await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', signal), 'items');
      return (items.length > 0 && items.every(isEstablished)) || undefined;
    },
    { signal },
  );
}

function isEstablished(definition: unknown): boolean {
  return listAt(definition, 'status', 'conditions').some(
    (entry) => textAt(entry, 'type') === 'Established' && textAt(entry, 'status') === 'True',
  );
}

async function moduleDir({ module, version }: CrdSource): Promise<string> {
  const command =
    version === undefined
      ? { args: ['mod', 'download', '-json', module], cwd: clusterModule }
      : { args: ['mod', 'download', '-json', `${module}@${version}`], cwd: tmpdir() };
  const { code, stdout, stderr } = await run('go', command.args, { cwd: command.cwd });
  const dir = code === 0 ? textAt(parseJson(stdout), 'Dir') : undefined;
  if (dir === undefined) throw new LabError(`Could not get the Go module ${module}: ${(stderr || stdout).trim()}`);
  return dir;
}
