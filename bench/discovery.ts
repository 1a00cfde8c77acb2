import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { DiskTree } from '../src/adapters/git/diskTree.ts';
import { AppCatalog } from '../src/core/apps/appCatalog.ts';
import { CachedRenderer } from '../src/core/render/cachedRenderer.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { measured, observed } from './row.ts';
import type { Row } from './row.ts';

/** Apps: a third as manifests, a third by an ApplicationSet over folders, a third by one over files. */
const apps = 300;
const repoURL = 'https://git.example.com/fleet';
const signal = AbortSignal.timeout(600_000);

function application(name: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  source: {repoURL: '${repoURL}', path: apps/${name}/overlays/prod}\n  destination: {namespace: ${name}}\n`;
}

function applicationSet(
  name: string,
  generator: string,
  params: { readonly name: string; readonly path: string },
): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  goTemplate: true\n  generators: [{git: {repoURL: '${repoURL}', revision: HEAD, ${generator}}}]\n  template:\n    metadata: {name: '${params.name}'}\n    spec: {source: {repoURL: '${repoURL}', path: '${params.path}'}, destination: {namespace: '${params.name}'}}\n`;
}

/** A fleet's repository: each app a base of two manifests and an overlay. */
async function writeFleet(root: string): Promise<void> {
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  for (let index = 0; index < apps; index += 1) {
    const kind = ['single', 'folder', 'file'][index % 3] ?? '';
    const name = `${kind}-${String(index)}`;
    const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: 1}\n`;
    await write(`apps/${name}/base/deployment.yaml`, deployment);
    await write(`apps/${name}/base/config.yaml`, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`);
    await write(`apps/${name}/base/kustomization.yaml`, 'resources: [deployment.yaml, config.yaml]\n');
    await write(`apps/${name}/overlays/prod/kustomization.yaml`, 'resources: [../../base]\nnamePrefix: p-\n');
    if (kind === 'single') await write(`clusters/prod/${name}.yaml`, application(name));
    if (kind === 'file') await write(`fleet/${name}.yaml`, `name: ${name}\n`);
  }
  const folder = { name: '{{index .path.segments 1}}', path: '{{.path.path}}' };
  await write(
    'clusters/prod/folders.yaml',
    applicationSet('folders', 'directories: [{path: apps/folder-*/overlays/prod}]', folder),
  );
  const file = { name: '{{.name}}', path: 'apps/{{.name}}/overlays/prod' };
  await write('clusters/prod/files.yaml', applicationSet('files', 'files: [{path: fleet/*.yaml}]', file));
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Discovery of a fleet's apps: from nothing, again, after one change, and with the renderings that tell apps in apps. */
export async function measureDiscovery(progress: (line: string) => void): Promise<readonly Row[]> {
  const root = await mkdtemp(path.join(tmpdir(), 'plumbline-fleet-'));
  const worker = new URL('../src/adapters/engine/engineWorker.ts', import.meta.url);
  const pool = new EnginePool({ worker, modules: path.join(projectRoot, 'dist/engine') });
  try {
    progress('bench: writing a fleet of 300 apps');
    await writeFleet(root);
    const catalog = new AppCatalog(pool);
    const discover = (): Promise<unknown> => catalog.discover(new DiskTree(root), [], signal);
    const cpu = process.cpuUsage();
    const cold = await time(discover);
    const { user, system } = process.cpuUsage(cpu);
    const again = await time(discover);
    await writeFile(path.join(root, 'fleet/file-2.yaml'), 'name: file-2\nmore: text\n');
    const changed = await time(discover);
    const renderer = new CachedRenderer(pool);
    const deep = new AppCatalog(pool, (app, tree, at) => renderer.render(app, tree, at));
    const rendered = await time(() => deep.discover(new DiskTree(root), [], signal));
    const renderedAgain = await time(() => deep.discover(new DiskTree(root), [], signal));
    const found = (await catalog.discover(new DiskTree(root), [], signal)).apps.length;
    const ratio = (one: number, other: number): string => `${(one / other).toFixed(2)} of it`;
    return [
      measured(
        `discovery of ${String(found)} apps, cold, with the engine's start`,
        cold,
        2000,
        'ms',
        `${((user + system) / 1000).toFixed(0)} ms of processor`,
      ),
      observed('the same again, nothing changed', `${again.toFixed(0)} ms`, ratio(again, cold)),
      observed('the same after one file of parameters changed', `${changed.toFixed(0)} ms`, ratio(changed, cold)),
      observed('with all renderings, for apps in apps', `${rendered.toFixed(0)} ms`, ratio(rendered, cold)),
      observed('with all renderings again', `${renderedAgain.toFixed(0)} ms`, ratio(renderedAgain, rendered)),
    ];
  } finally {
    pool.dispose();
    await rm(root, { recursive: true });
  }
}
