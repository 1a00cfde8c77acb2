import { isObject, objectAt, stringAt, stringsAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { baseName, joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { mountOf } from '../model/remoteNeed.ts';
import type { App } from '../model/app.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { chartNeed } from '../apps/remoteSource.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import { without } from '../diff/without.ts';
import type { FileTree, HelmRequest, RenderEngine, ValuesLayer } from '../ports.ts';
import { appendTo, readKustomization } from './derivation.ts';
import type { ReadKustomization } from './derivation.ts';
import { needProblem } from './remoteProblems.ts';

/** The kustomizations of a build with their charts rendered: texts by path, and trouble on the way. */
export interface InflatedCharts {
  readonly edits: ReadonlyMap<RepoPath, string>;
  readonly problems: readonly RenderProblem[];
  /** Kustomizations with charts, whether or not they may be inflated. */
  readonly files: readonly RepoPath[];
}

/** Deeper nesting is a circle. */
const deepest = 30;

interface Build {
  readonly app: App;
  readonly tree: FileTree;
  readonly engine: RenderEngine;
  readonly signal: AbortSignal;
  /** Asked once a kustomization has charts. */
  readonly isEnabled: () => Promise<boolean>;
  readonly edits: Map<RepoPath, string>;
  readonly problems: RenderProblem[];
  readonly files: RepoPath[];
}

/**
 * Renders the `helmCharts` of a kustomization and of those below it as `kustomize build --enable-helm` does (kustomize
 * `api/internal/builtins/HelmChartInflationGenerator.go`), and puts the objects among the resources. Where charts are not
 * enabled the kustomizations stay, and the engine refuses them at their line.
 */
export async function inflateCharts(
  app: App,
  path: RepoPath,
  tree: FileTree,
  engine: RenderEngine,
  isEnabled: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<InflatedCharts> {
  const build: Build = { app, tree, engine, signal, isEnabled, edits: new Map(), problems: [], files: [] };
  await visit(path, 0, new Set(), build);
  return build;
}

async function visit(folder: RepoPath, depth: number, seen: Set<RepoPath>, build: Build): Promise<void> {
  if (seen.has(folder) || depth > deepest) return;
  seen.add(folder);
  const read = await readKustomization(folder, build.tree, build.signal);
  if (read === undefined) return;
  if (objectsAt(read.value, 'helmCharts').length > 0) {
    build.files.push(read.file);
    if (await build.isEnabled()) await inflate(folder, read, build);
  }
  for (const each of ['resources', 'bases', 'components'].flatMap((key) => stringsAt(read.value, key))) {
    const below = joinPath(folder, each);
    if (below !== undefined && (await build.tree.stat(below, build.signal)) === 'folder')
      await visit(below, depth + 1, seen, build);
  }
}

async function inflate(folder: RepoPath, { file, value }: ReadKustomization, build: Build): Promise<void> {
  const names: string[] = [];
  for (const [index, chart] of objectsAt(value, 'helmCharts').entries()) {
    const text = await renderChart(folder, file, chart, objectAt(value, 'helmGlobals'), build);
    if (text === undefined) continue;
    const name = inflatedName(index);
    build.edits.set(folder === '' ? name : `${folder}/${name}`, text);
    names.push(name);
  }
  const rest = without(value, 'helmCharts', 'helmGlobals');
  build.edits.set(file, JSON.stringify(appendTo(rest, 'resources', names)));
}

/** Where the objects of a chart stand for kustomize, beside the kustomization that names the chart. */
function inflatedName(index: number): string {
  return `plumbline-helm-${String(index)}.yaml`;
}

/** Whether a path is one that only stands for what charts gave. */
export function isInflated(path: RepoPath): boolean {
  return /^plumbline-helm-\d+\.yaml$/.test(baseName(path));
}

/** The objects of one chart as text; `undefined` when there are none, with the trouble noted. */
async function renderChart(
  folder: RepoPath,
  file: RepoPath,
  chart: JsonObject,
  globals: JsonObject | undefined,
  { app, tree, engine, signal, problems }: Build,
): Promise<string | undefined> {
  const source = await findChart(folder, chart, globals, tree, signal);
  if (source === undefined) {
    const message = `There is no chart ${stringAt(chart, 'name') ?? ''} in the folder of charts, and no repository is named.`;
    problems.push({ severity: 'error', message, file });
    return undefined;
  }
  if (typeof source !== 'string') {
    problems.push(needProblem(app, source, { file }));
    return undefined;
  }
  const reply = await engine.helm(requestFor(source, folder, chart), tree, signal);
  problems.push(
    ...reply.problems.map(({ severity, message, file: at, line }) => ({ severity, message, file: at ?? file, line })),
  );
  const isWanted = (hooks: readonly string[]): boolean =>
    !(chart.skipHooks === true && hooks.length > 0) && !(chart.skipTests === true && hooks.includes('test'));
  const objects = reply.objects.filter(({ hooks }) => isWanted(hooks)).map(({ object }) => JSON.stringify(object));
  return objects.length === 0 ? undefined : objects.map((each) => `---\n${each}\n`).join('');
}

/** The folder of an entry of `helmCharts`; what has to be fetched where it is not there. */
export async function findChart(
  folder: RepoPath,
  chart: JsonObject,
  globals: JsonObject | undefined,
  tree: FileTree,
  signal: AbortSignal,
): Promise<RepoPath | ReturnType<typeof chartNeed> | undefined> {
  const name = stringAt(chart, 'name') ?? '';
  const version = stringAt(chart, 'version') ?? '';
  const home = stringAt(globals, 'chartHome') || 'charts';
  for (const local of [name, `${name}-${version}/${name}`]) {
    const path = joinPath(folder, home, local);
    if (path !== undefined && (await tree.stat(path, signal)) === 'folder') return path;
  }
  const repository = stringAt(chart, 'repo');
  if (repository === undefined || repository === '') return undefined;
  const need = chartNeed(repository, name, version);
  return (await tree.stat(mountOf(need), signal)) === 'folder' ? mountOf(need) : need;
}

function requestFor(source: RepoPath, folder: RepoPath, chart: JsonObject): HelmRequest {
  const namespace = stringAt(chart, 'namespace') || 'default';
  return {
    chart: source,
    release: stringAt(chart, 'releaseName') || 'release-name',
    namespace,
    kubeVersion: stringAt(chart, 'kubeVersion') || undefined,
    apiVersions: stringsAt(chart, 'apiVersions'),
    skipCrds: chart.includeCRDs !== true,
    values: valuesOf(folder, chart),
  };
}

/** The file, with the inline values over it or, by `valuesMerge`, under it or instead of it; then the further files. */
function valuesOf(folder: RepoPath, chart: JsonObject): readonly ValuesLayer[] {
  const fileLayer = (written: string): readonly ValuesLayer[] => {
    const path = joinPath(folder, written);
    return path === undefined ? [] : [{ kind: 'file', path }];
  };
  const file = fileLayer(stringAt(chart, 'valuesFile') ?? '').filter(() => stringAt(chart, 'valuesFile') !== undefined);
  const values = valueAt(chart, 'valuesInline');
  const inline: readonly ValuesLayer[] = isObject(values) ? [{ kind: 'text', text: JSON.stringify(values) }] : [];
  const merge = stringAt(chart, 'valuesMerge') ?? 'override';
  const own =
    merge === 'replace' && inline.length > 0 ? inline : merge === 'merge' ? [...inline, ...file] : [...file, ...inline];
  return [...own, ...stringsAt(chart, 'additionalValuesFiles').flatMap(fileLayer)];
}
