import type { Via } from '../model/provenance.ts';
import type { LocatedText, PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import { contentOffsets } from '../yaml/locateEmbedded.ts';
import { parseImage, splitImage } from '../render/deriveArgo.ts';
import { stringAt } from '../model/json.ts';
import { pieceOf } from './collection.ts';
import type { Collection } from './collection.ts';
import { sitesUnder } from './manifestWritings.ts';
import type { Field } from './writing.ts';

/** The scalars under a path of a file's first document; what a kustomization (or the app's spec) says is found there. */
export interface Section {
  readonly located: LocatedText;
  readonly document: number;
  readonly path: readonly PathToken[];
}

/** The sites of a section below a key, their paths counted from there. */
export function sitesOf(section: Section, ...path: readonly PathToken[]): readonly ScalarSite[] {
  const inDocument = section.located.sites.filter((site) => site.document === section.document);
  return sitesUnder(inDocument, [...section.path, ...path]);
}

/** The section below a path of another one. */
export function within(section: Section, ...path: readonly PathToken[]): Section {
  return { ...section, path: [...section.path, ...path] };
}

/** Whether a field of an object is concerned by one of the kustomization's own fields. */
const fieldTests = {
  namespace: ({ id, tokens }: Field) =>
    tokens.at(-1) === 'namespace' || (id.kind === 'Namespace' && tokens.join('/') === 'metadata/name'),
  name: ({ tokens }: Field) => /name$/i.test(tokens.at(-1) ?? ''),
  image: ({ tokens }: Field) => tokens.at(-1) === 'image',
  replicas: ({ tokens }: Field) => tokens.at(-1) === 'replicas',
} as const;

/** `namespace`, `namePrefix` and `nameSuffix`; in a Flux Kustomization the first is `targetNamespace`. */
export function addNames(into: Collection, section: Section, namespaceKey: string, viaOf: (via: Via) => Via): void {
  const rows = [
    [namespaceKey, 'namespace', fieldTests.namespace],
    ['namePrefix', 'name-prefix', fieldTests.name],
    ['nameSuffix', 'name-suffix', fieldTests.name],
  ] as const;
  for (const [key, via, mayWrite] of rows) {
    for (const site of sitesOf(section, key)) {
      if (site.path.length === 0) into.add(site, { via: viaOf(via), mayWrite, isDirect: false });
    }
  }
}

/**
 * Maps of labels or annotations: each value goes to every field with its key. With `slot` those of one key replace each
 * other.
 */
export function addPairs(
  into: Collection,
  section: Section,
  path: readonly PathToken[],
  via: Via,
  slot?: string,
): void {
  for (const site of sitesOf(section, ...path)) {
    const [key] = site.path;
    if (site.path.length !== 1) continue;
    into.add(site, {
      via,
      mayWrite: ({ tokens }) => tokens.at(-1) === key,
      isDirect: false,
      slot: slot && `${slot}/${String(key)}`,
    });
  }
}

/** `replicas`: the counts. `isTop`: of the app's own kustomization, over which only the app's own options lie. */
export function addReplicas(into: Collection, section: Section, via: Via, isTop: boolean): void {
  const sites = sitesOf(section, 'replicas');
  for (const site of sites) {
    if (site.path[1] !== 'count') continue;
    const named = sites.filter(({ path }) => path[0] === site.path[0] && path[1] === 'name');
    into.add(site, {
      via,
      mayWrite: fieldTests.replicas,
      isDirect: false,
      selectors: named.map(({ place }) => place),
      slot: isTop ? `replicas/${String(named[0]?.value)}` : undefined,
    });
  }
}

/** `images` as maps: new name first, then tag and digest, so that without more knowledge the tag is the piece that differs. */
export function addImages(into: Collection, section: Section, via: Via, isTop: boolean): void {
  const sites = sitesOf(section, 'images');
  for (const key of ['newName', 'newTag', 'digest']) {
    for (const site of sites) {
      if (site.path.length !== 2 || site.path[1] !== key) continue;
      const named = sites.filter(({ path }) => path[0] === site.path[0] && path[1] === 'name');
      into.add(site, {
        via,
        mayWrite: fieldTests.image,
        isDirect: false,
        selectors: named.map(({ place }) => place),
        slot: isTop ? imageSlot(String(named[0]?.value), key) : undefined,
      });
    }
  }
}

function imageSlot(name: string | undefined, key: string): string {
  return `images/${name ?? ''}/${key}`;
}

/** `images` as strings (Argo CD): the pieces after the name that is replaced. */
export function addImageStrings(into: Collection, section: Section, via: Via): void {
  for (const site of sitesOf(section, 'images')) {
    const text = typeof site.value === 'string' ? site.value : '';
    const offsets = contentOffsets(site, text);
    if (offsets === undefined || site.path.length !== 1) continue;
    const image = parseImage(text);
    const { repository } = splitImage(text.slice(text.indexOf('=') + 1));
    const pieces = [
      ['newName', stringAt(image, 'newName') === undefined ? undefined : repository],
      ['newTag', stringAt(image, 'newTag')],
      ['digest', stringAt(image, 'digest')],
    ] as const;
    for (const [key, piece] of pieces) {
      const at = piece === undefined ? -1 : text.lastIndexOf(piece);
      const [from, to] = [offsets[at], offsets[at + (piece?.length ?? 0)]];
      if (from === undefined || to === undefined) continue;
      const slot = imageSlot(stringAt(image, 'name'), key);
      into.add(pieceOf(section.located, from, to, site), { via, mayWrite: fieldTests.image, isDirect: false, slot });
    }
  }
}
