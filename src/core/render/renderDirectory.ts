import type { App } from '../model/app.ts';
import { objectAt, stringAt, valueAt } from '../model/json.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { asKubeObject, keyOf } from '../model/resource.ts';
import type { FileTree } from '../ports.ts';
import { kustomizationFileNames, problemsOf } from '../apps/fileFacts.ts';
import { argoSourceOf } from '../apps/argoSource.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import { matchesGlob } from './glob.ts';

/** Objects and trouble, before the reconciler's last steps. */
export interface Rendered {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly RenderProblem[];
  readonly lookups?: readonly string[] | undefined;
}

/** Which files of a folder are manifests. */
export interface DirectoryOptions {
  readonly recurse: boolean;
  readonly include?: string | undefined;
  readonly exclude?: string | undefined;
  /** Argo CD evaluates Jsonnet; without a reconciler nobody does. */
  readonly takesJsonnet: boolean;
  /** Folders that are an app of their own (kustomizations, charts) are left out below the top. */
  readonly skipsRoots: boolean;
}

/** The options of an app whose source is a plain folder; without a reconciler the whole subtree is read, as `kubectl apply -R`. */
export function directoryOptions(app: App): DirectoryOptions {
  const object = app.declared?.object;
  if (object === undefined) return { recurse: true, takesJsonnet: false, skipsRoots: true };
  const directory = objectAt(argoSourceOf(object), 'directory');
  return {
    recurse: valueAt(directory, 'recurse') === true,
    include: stringAt(directory, 'include') || undefined,
    exclude: stringAt(directory, 'exclude') || undefined,
    takesJsonnet: true,
    skipsRoots: false,
  };
}

/** Reads the manifests of a folder as they are. */
export async function renderDirectory(
  path: RepoPath,
  options: DirectoryOptions,
  tree: FileTree,
  signal: AbortSignal,
): Promise<Rendered> {
  const files = await manifestFiles(path, options, tree, signal);
  if (files === undefined) {
    const message = `The folder ${path || 'of the repository'} does not exist.`;
    return { objects: [], problems: [{ severity: 'error', message }] };
  }
  const read = await Promise.all(files.map(async (file) => readFile(file, await tree.read(file, signal))));
  return { objects: read.flatMap((each) => each.objects), problems: read.flatMap((each) => each.problems) };
}

export async function manifestFiles(
  top: RepoPath,
  options: DirectoryOptions,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly RepoPath[] | undefined> {
  const relative = (file: RepoPath): string => (top === '' ? file : file.slice(top.length + 1));
  const list = async (folder: RepoPath): Promise<readonly RepoPath[] | undefined> => {
    const entries = await tree.list(folder, signal);
    if (entries === undefined) return undefined;
    const names = new Set(entries.map((entry) => entry.name));
    const isRoot = names.has('Chart.yaml') || kustomizationFileNames.some((name) => names.has(name));
    if (options.skipsRoots && folder !== top && isRoot) return [];
    const below = await Promise.all(
      entries.map(async ({ name, kind }) => {
        const child = folder === '' ? name : `${folder}/${name}`;
        if (kind === 'folder') return options.recurse && name !== '.git' ? ((await list(child)) ?? []) : [];
        return isWanted(relative(child), options) ? [child] : [];
      }),
    );
    return below.flat();
  };
  return list(top);
}

/** Argo CD `findManifests`: extension first, then exclude, then include, on the path below the source's folder. */
function isWanted(relative: string, { include, exclude, takesJsonnet }: DirectoryOptions): boolean {
  const isJsonnet = takesJsonnet && relative.endsWith('.jsonnet');
  if (!isJsonnet && !/\.(ya?ml|json)$/.test(relative)) return false;
  if (exclude !== undefined && matchesGlob(relative, exclude)) return false;
  return include === undefined || matchesGlob(relative, include);
}

function readFile(file: RepoPath, content: Uint8Array | undefined): Rendered {
  if (file.endsWith('.jsonnet')) {
    const message = `${file} is Jsonnet, which Plumbline does not evaluate: the objects that it makes are undecided.`;
    return { objects: [], problems: [{ severity: 'warning', code: 'source.undecided', message, file, line: 1 }] };
  }
  const text = new TextDecoder().decode(content ?? new Uint8Array());
  if (text.includes('+argocd:skip-file-rendering')) return { objects: [], problems: [] };
  const reading = readYaml(text, 'plain');
  const objects = reading.documents.flatMap(({ value }) =>
    unfoldList(value).flatMap((each) => {
      const object = asKubeObject(each.value);
      return object === undefined ? [] : [{ key: keyOf(object), object, origin: { path: file }, transformations: [] }];
    }),
  );
  // Argo CD passes over a broken file that does not look like a manifest.
  const isManifest =
    objects.length > 0 || (/^\s*["']?apiVersion["']?\s*:/m.test(text) && /^\s*["']?kind["']?\s*:/m.test(text));
  return { objects, problems: isManifest ? problemsOf(file, reading) : [] };
}
