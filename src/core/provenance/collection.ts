import { joinPath } from '../model/place.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import type { FileTree } from '../ports.ts';
import { AliasTree } from '../render/aliasTree.ts';
import { placeAt } from '../yaml/locatePlace.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import type { LocatedText, ScalarSite } from '../yaml/locateScalars.ts';
import type { YamlProfile } from '../yaml/readYaml.ts';
import type { Field, Writing } from './writing.ts';

/** Gathers writings in the order in which the tools apply them. */
export class Collection {
  readonly #writings: Writing[] = [];
  #selectors: readonly Place[] = [];
  readonly #base: FileTree;
  readonly #folders = new Map<RepoPath, RepoPath>();
  readonly #texts = new Map<string, Promise<LocatedText | undefined>>();
  #tree: AliasTree;
  readonly signal: AbortSignal;
  /** How values travel between objects in what was collected; decides the word for a value found elsewhere. */
  readonly copies = new Set<'replacement' | 'vars' | 'template'>();
  /** Where parameters and variables are put in: an ApplicationSet's `{{name}}`, Flux's `${name}`. */
  readonly expressions: Expression[] = [];
  /** The scalars by which the app names its files of values. */
  readonly fileNames: { readonly place: Place; readonly name: string }[] = [];
  /** Templates of charts, as they stand in the tree. */
  readonly templates: { readonly file: RepoPath; readonly text: string }[] = [];

  constructor(tree: FileTree, signal: AbortSignal) {
    this.#base = tree;
    this.#tree = new AliasTree(tree, this.#folders);
    this.signal = signal;
  }

  /** The tree as the renderer sees it. */
  get tree(): FileTree {
    return this.#tree;
  }

  /** Shows folders at further places, as the renderer does; what is read there has the place where it stands. */
  showAt(folders: ReadonlyMap<RepoPath, RepoPath>): void {
    if (folders.size === 0) return;
    for (const [at, from] of folders) this.#folders.set(at, from);
    this.#tree = new AliasTree(this.#base, this.#folders);
  }

  get writings(): readonly Writing[] {
    return this.#writings;
  }

  /** Adds a scalar as the latest writing so far. */
  add(site: SiteLike, rest: Omit<Writing, keyof SiteLike | 'order'>): void {
    const { place, value, style, isFlow, outerStyle, alias } = site;
    const selectors = [...this.#selectors, ...(rest.selectors ?? [])];
    const order = this.#writings.length;
    this.#writings.push({ place, value, style, isFlow, outerStyle, alias, ...rest, selectors, order });
  }

  /** What is added until the result is called counts because of these scalars. */
  selectBy(sites: readonly SiteLike[]): () => void {
    const before = this.#selectors;
    this.#selectors = [...before, ...sites.map(({ place }) => place)];
    return () => {
      this.#selectors = before;
    };
  }

  /** Adds a writing that was collected for something else as the latest so far. */
  addAgain(writing: Writing): void {
    this.#writings.push({ ...writing, order: this.#writings.length });
  }

  /** A file with positions, read once; `undefined` when it is not there. */
  read(file: RepoPath, profile: YamlProfile): Promise<LocatedText | undefined> {
    const known = this.#texts.get(`${profile} ${file}`);
    if (known !== undefined) return known;
    const reading = this.readText(file).then((text) =>
      text === undefined ? undefined : locateScalars(this.realPath(file), text, profile),
    );
    this.#texts.set(`${profile} ${file}`, reading);
    return reading;
  }

  /** Where a person finds the file that is shown at a path. */
  realPath(path: RepoPath): RepoPath {
    return this.#tree.realPath(path);
  }

  async readText(file: RepoPath): Promise<string | undefined> {
    const content = await this.#tree.read(file, this.signal);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  }

  /** Whether SOPS sealed the file of a place: it carries a message authentication code over all its values, in YAML, JSON or an env file. */
  async isSealed(file: RepoPath, signal: AbortSignal): Promise<boolean> {
    const content = await this.#base.read(file, signal);
    return /(?:sops_|\b)mac["']?\s*[:=]\s*["']?ENC\[/.test(new TextDecoder().decode(content));
  }

  /** What a path written in a kustomization leads to. */
  async resolve(
    folder: RepoPath,
    written: string,
  ): Promise<{ readonly path: RepoPath; readonly kind: 'file' | 'folder' } | undefined> {
    const path = /^[a-z]+:\/\//i.test(written) ? undefined : joinPath(folder, written);
    const kind = path === undefined ? undefined : await this.#tree.stat(path, this.signal);
    return path === undefined || kind === undefined ? undefined : { path, kind };
  }

  list(folder: RepoPath): ReturnType<FileTree['list']> {
    return this.#tree.list(folder, this.signal);
  }
}

/** A place that takes a parameter. */
export interface Expression {
  readonly place: Place;
  readonly name: string;
  readonly mayWrite: (field: Field) => boolean;
}

export type SiteLike = Pick<ScalarSite, 'place' | 'value' | 'style' | 'isFlow' | 'alias'> & {
  readonly outerStyle?: Writing['outerStyle'];
};

/** A stretch of a scalar's text as a site of its own; `from` and `to` are offsets in the file. */
export function pieceOf(text: LocatedText, from: number, to: number, outer?: ScalarSite): SiteLike {
  const place = placeAt(text.file, text.text, from, to, text.lineOf);
  return { place, value: place.text, style: 'raw', isFlow: outer?.isFlow ?? false, outerStyle: outer?.style };
}

/** In a component everything counts as the component's. */
export function viaIn(isComponent: boolean, via: Via): Via {
  return isComponent ? 'component' : via;
}
