import { stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Via } from '../model/provenance.ts';
import { locateEmbedded } from '../yaml/locateEmbedded.ts';
import type { LocatedText, PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import type { Collection } from './collection.ts';

/** The word for what a built-in generator or transformer writes, by its kind. */
const pluginWords: Readonly<Record<string, Via>> = {
  AnnotationsTransformer: 'annotations',
  LabelTransformer: 'labels',
  NamespaceTransformer: 'namespace',
  PrefixTransformer: 'name-prefix',
  SuffixTransformer: 'name-suffix',
  PrefixSuffixTransformer: 'name-prefix',
  ImageTagTransformer: 'images',
  ReplicaCountTransformer: 'replicas',
  PatchTransformer: 'patch-smp',
  PatchStrategicMergeTransformer: 'patch-smp',
  PatchJson6902Transformer: 'patch-json6902',
};

/** A transformer written inside the kustomization. */
export function addInlinePlugin(
  into: Collection,
  located: LocatedText,
  site: ScalarSite | undefined,
  viaOf: (via: Via) => Via,
): void {
  const embedded = site && locateEmbedded(site, located);
  for (const { value, index } of embedded?.documents ?? []) {
    addPlugin(into, value, embedded?.sites.filter((each) => each.document === index) ?? [], viaOf);
  }
}

/** A transformer's own values: any of them may be what it writes; where, its `fieldSpecs` say. */
export function addPlugin(into: Collection, value: Json, sites: readonly ScalarSite[], viaOf: (via: Via) => Via): void {
  const kind = stringAt(value, 'kind') ?? '';
  const word = pluginWords[kind];
  if (word === undefined) return;
  for (const site of sites) {
    const top = String(site.path[0]);
    // The namespace of a NamespaceTransformer's own metadata is the one that it gives.
    const isNamespace = kind === 'NamespaceTransformer' && site.path.join('.') === 'metadata.namespace';
    if (!isNamespace && ['apiVersion', 'kind', 'metadata', 'fieldSpecs', 'target'].includes(top)) continue;
    into.add(site, {
      via: viaOf(word),
      mayWrite: ({ tokens }) => pluginWrites(kind, site.path, tokens),
      isDirect: false,
    });
  }
}

function pluginWrites(kind: string, path: readonly PathToken[], tokens: readonly string[]): boolean {
  const isMap = kind === 'AnnotationsTransformer' || kind === 'LabelTransformer';
  return !isMap || path.at(-1) === tokens.at(-1);
}
