import type { App, AppId } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { groupOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree, Remote, RenderEngine } from '../ports.ts';
import { assembleApps, patchFiles, surroundings } from './assembleApps.ts';
import type { ReadTree } from './assembleApps.ts';
import { readFileFacts } from './fileFacts.ts';
import type { DeclaredObject, FileFacts } from './fileFacts.ts';
import type { HubFacts } from './hubFacts.ts';
import { isApplicationSet, readApplicationSet } from './readApplicationSet.ts';
import { readApp } from './readApp.ts';
import type { AppSurroundings } from './readApp.ts';
import { deepest, findRenderedApps, tooDeep } from './renderedApps.ts';
import type { RenderedParent, RenderParent } from './renderedApps.ts';
import { SetExpander } from './setExpander.ts';
import { walkTree } from './walkTree.ts';
import { wrongFields } from './wrongFields.ts';

/** The apps of a tree and the trouble on the way to them. */
export interface Discovery {
  /** Sorted by id. */
  readonly apps: readonly App[];
  /** What an API server would refuse of an app's own object. */
  readonly refused: ReadonlyMap<AppId, readonly RenderProblem[]>;
  /** AppProjects of Argo CD. */
  readonly projects: readonly KubeObject[];
  /** Policies and what belongs to them, wherever a file holds some. */
  readonly rules: readonly DeclaredObject[];
  /** Files that could matter and do not parse, and what an API server would refuse of objects that are no apps. */
  readonly problems: readonly RenderProblem[];
}

/** Discovers the apps of one tree; for a tree that changes use an `AppCatalog`, which reads unchanged texts once. */
export async function discoverApps(
  tree: FileTree,
  remotes: readonly Remote[],
  signal: AbortSignal,
  engine?: SetEngine,
): Promise<Discovery> {
  return new AppCatalog(engine).discover(tree, remotes, signal);
}

/** What of the engine discovery needs. */
export type SetEngine = Pick<RenderEngine, 'applicationSet'>;

/** For trees without ApplicationSets. */
const noEngine: SetEngine = {
  applicationSet: () => Promise.reject(new Error('An ApplicationSet needs the rendering engine.')),
};

/** Apps and all the objects that they were read from, those that renderings replace left out. */
interface FoundApps extends Pick<Discovery, 'apps' | 'problems'> {
  readonly objects: readonly DeclaredObject[];
}

interface ReadFile {
  readonly content: Uint8Array;
  readonly facts: FileFacts;
}

/** Finds apps again and again, keeping what it learned of each content. */
export class AppCatalog {
  readonly #expander: SetExpander;
  #known: ReadonlyMap<RepoPath, ReadFile> = new Map();

  readonly #render: RenderParent | undefined;

  /** With `render` the apps are found too that other apps render: those change, or make, what declares them. */
  constructor(engine: SetEngine = noEngine, render?: RenderParent) {
    this.#expander = new SetExpander(engine);
    this.#render = render;
  }

  async discover(tree: FileTree, remotes: readonly Remote[], signal: AbortSignal, hub?: HubFacts): Promise<Discovery> {
    const listing = await walkTree(tree, signal);
    const known = new Map<RepoPath, ReadFile>();
    const candidates = listing.files.filter((file) => /\.(ya?ml|json)$|(^|\/)Kustomization$/.test(file));
    await Promise.all(candidates.map(async (file) => this.#read(tree, file, known, signal)));
    signal.throwIfAborted();
    this.#known = known;
    const facts = new Map(
      candidates.flatMap((file) => {
        const read = known.get(file);
        return read === undefined ? [] : [[file, read.facts] as const];
      }),
    );
    const patches = patchFiles(facts);
    const declared = [...facts].flatMap(([file, each]) => (patches.has(file) ? [] : each.declared));
    const read: ReadTree = { listing, facts, patches };
    const around = surroundings(listing, declared, remotes);
    const assemble = async (objects: readonly DeclaredObject[]): Promise<readonly App[]> =>
      assembleApps(read, await this.#readDeclared(objects, around, tree, hub, signal));
    const { apps, objects, problems } = await this.#deepen(declared, assemble, tree, signal);
    const textOf = (file: RepoPath): string | undefined => this.#textOf(file);
    const refused = apps.flatMap((app) => {
      const wrong = app.declared === undefined ? [] : wrongFields(app.declared, textOf);
      return wrong.length === 0 ? [] : [[app.id, wrong] as const];
    });
    const own = new Set(apps.map((app) => app.declared?.object));
    const others = objects.filter(({ object }) => !own.has(object));
    return {
      apps,
      refused: new Map(refused),
      projects: declared.flatMap(({ object }) => (isProject(object) ? [object] : [])),
      rules: [...facts].flatMap(([file, each]) => (patches.has(file) ? [] : each.rules)),
      problems: [
        ...[...facts.values()].flatMap((each) => each.problems),
        ...others.flatMap((each) => wrongFields(each, textOf)),
        ...problems,
      ],
    };
  }

  /** Renders the apps found so far, adds the reconcilers' objects that come out of it, and so on until nothing is new. */
  async #deepen(
    declared: readonly DeclaredObject[],
    assemble: (objects: readonly DeclaredObject[]) => Promise<readonly App[]>,
    tree: FileTree,
    signal: AbortSignal,
  ): Promise<FoundApps> {
    const render = this.#render;
    let objects = declared;
    let apps = await assemble(objects);
    if (render === undefined) return { apps, objects, problems: [] };
    let known = '';
    for (let level = 0; level < deepest; level += 1) {
      const parents = await Promise.all(
        apps.map(async (app): Promise<RenderedParent> => ({ app, rendering: await render(app, tree, signal) })),
      );
      const textOf = async (file: RepoPath): Promise<string> =>
        new TextDecoder().decode((await tree.read(file, signal)) ?? new Uint8Array());
      const { children, replaced } = await findRenderedApps(parents, declared, textOf);
      const found = JSON.stringify(children.map(({ object, parent }) => [parent?.app.id, object]));
      if (found === known || (known === '' && children.length === 0)) return { apps, objects, problems: [] };
      known = found;
      objects = [...declared.filter((each) => !replaced.has(each)), ...children];
      apps = await assemble(objects);
    }
    return { apps, objects, problems: [tooDeep] };
  }

  /** The apps that reconcilers' objects declare, sets by what the engine makes of them. */
  async #readDeclared(
    declared: readonly DeclaredObject[],
    around: AppSurroundings,
    tree: FileTree,
    hub: HubFacts | undefined,
    signal: AbortSignal,
  ): Promise<readonly App[]> {
    const sets = declared.filter(isApplicationSet);
    const replies = await this.#expander.expandAll(sets, hub?.clusters, tree, signal);
    return declared.flatMap((each) => {
      const reply = replies[sets.indexOf(each)];
      return reply === undefined
        ? (readApp(each, around) ?? [])
        : readApplicationSet(each, reply, { around, hub, textOf: (file) => this.#textOf(file) });
    });
  }

  #textOf(file: RepoPath): string | undefined {
    const read = this.#known.get(file);
    return read && new TextDecoder().decode(read.content);
  }

  async #read(tree: FileTree, file: RepoPath, known: Map<RepoPath, ReadFile>, signal: AbortSignal): Promise<void> {
    const content = await tree.read(file, signal);
    if (content === undefined || content.length > largestFile) return;
    const before = this.#known.get(file);
    const isKnown = before !== undefined && isSame(before.content, content);
    const facts = isKnown ? before.facts : readFileFacts(file, new TextDecoder().decode(content));
    // The newer of equal arrays: it is the one that the tree keeps too.
    known.set(file, { content, facts });
  }
}

function isProject({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'AppProject' && groupOf(apiVersion) === 'argoproj.io';
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]));
}

/** Bytes; what is larger is data, not manifests. */
const largestFile = 5_000_000;
