import { isMap, isScalar, isSeq } from 'yaml';
import { listAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { mountOf, splitMounted } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import { chartNeed } from '../apps/remoteSource.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** What `helm dependency build` would put into a chart's `charts` folder. */
export interface ChartDependencies {
  /** Folders of other charts by the place where the chart expects them. */
  readonly aliases: ReadonlyMap<RepoPath, RepoPath>;
  readonly missing: readonly MissingDependency[];
  /** Dependencies that lead back to a chart above them. */
  readonly circles: readonly Omit<MissingDependency, 'need'>[];
}

/** A dependency that has to be fetched, and the line that names it. */
export interface MissingDependency {
  readonly need: RemoteNeed;
  readonly name: string;
  readonly file: RepoPath;
  /** From 1. */
  readonly line?: number | undefined;
}

/**
 * Finds the dependencies of a chart that are not in its `charts` folder: folders of the repository (`file://`), and charts
 * of registries that were fetched or have to be. What neither is, is left for Helm to complain about.
 */
export async function findDependencies(
  chart: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<ChartDependencies> {
  const aliases = new Map<RepoPath, RepoPath>();
  const missing: MissingDependency[] = [];
  const circles: Omit<MissingDependency, 'need'>[] = [];
  await collect({ place: chart, chart, above: [] }, { aliases, missing, circles, tree, signal });
  return { aliases, missing, circles };
}

interface At {
  /** Where the chart is expected. */
  readonly place: RepoPath;
  /** Where it stands. */
  readonly chart: RepoPath;
  /** The charts that it is a dependency of. */
  readonly above: readonly RepoPath[];
}

interface Found {
  readonly aliases: Map<RepoPath, RepoPath>;
  readonly missing: MissingDependency[];
  readonly circles: Omit<MissingDependency, 'need'>[];
  readonly tree: FileTree;
  readonly signal: AbortSignal;
}

async function collect({ place, chart, above }: At, found: Found): Promise<void> {
  const { tree, signal, aliases, missing, circles } = found;
  const file = `${chart}/Chart.yaml`;
  const content = await tree.read(file, signal);
  if (content === undefined) return;
  const reading = readYaml(new TextDecoder().decode(content), 'plain');
  const wanted = listAt(reading.documents[0]?.value, 'dependencies');
  if (wanted.length === 0) return;
  const present = ((await tree.list(`${chart}/charts`, signal)) ?? []).map((entry) => entry.name);
  const locked = await readLock(chart, tree, signal);
  for (const [index, each] of wanted.entries()) {
    const name = stringAt(each, 'name') ?? '';
    const target = `${place}/charts/${name}`;
    if (name === '' || isPresent(name, present) || aliases.has(target)) continue;
    const folder = localFolder(each, chart);
    const need = folder === undefined ? needOf(each, locked) : undefined;
    const source = folder ?? (need && mountOf(need));
    if (source === undefined) continue;
    const line = lineOfDependency(reading, index);
    if (source === chart || above.includes(source)) circles.push({ name, file, line });
    else if ((await tree.stat(source, signal)) === 'folder') {
      aliases.set(target, source);
      await collect({ place: target, chart: source, above: [...above, chart] }, found);
    } else if (need !== undefined) {
      missing.push({ need, name, file, line });
    }
  }
}

function isPresent(name: string, entries: readonly string[]): boolean {
  return entries.some((entry) => entry === name || (entry.startsWith(`${name}-`) && entry.endsWith('.tgz')));
}

function localFolder(dependency: Json, chart: RepoPath): RepoPath | undefined {
  const [, path] = /^file:\/\/(.*)$/.exec(stringAt(dependency, 'repository') ?? '') ?? [];
  // A fetched chart has no neighbours.
  return path === undefined || splitMounted(chart) !== undefined ? undefined : joinPath(chart, path);
}

/** Exact versions by name, as `helm dependency update` left them. */
async function readLock(chart: RepoPath, tree: FileTree, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const content = await tree.read(`${chart}/Chart.lock`, signal);
  const lock = content && readYaml(new TextDecoder().decode(content), 'plain').documents[0]?.value;
  return new Map(
    listAt(lock, 'dependencies').flatMap((each) => {
      const [name, version] = [stringAt(each, 'name'), stringAt(each, 'version')];
      return name === undefined || version === undefined ? [] : [[name, version]];
    }),
  );
}

/** Repositories under a name (`@stable`) are known to a person's own Helm only. */
function needOf(dependency: Json, locked: ReadonlyMap<string, string>): RemoteNeed | undefined {
  const repository = stringAt(dependency, 'repository') ?? '';
  const name = stringAt(dependency, 'name') ?? '';
  if (!/^(?:https?|oci):\/\//i.test(repository)) return undefined;
  return chartNeed(repository, name, locked.get(name) ?? stringAt(dependency, 'version') ?? '');
}

function lineOfDependency(reading: ReturnType<typeof readYaml>, index: number): number | undefined {
  const top = reading.documents[0]?.document.contents;
  const list = isMap(top) ? top.get('dependencies', true) : undefined;
  const item: unknown = isSeq(list) ? list.items[index] : undefined;
  const node = isMap(item) ? item.get('name', true) : item;
  return isScalar(node) && node.range ? reading.lineOf(node.range[0]).line : undefined;
}
