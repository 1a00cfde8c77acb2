import type { App } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderedObject } from '../model/rendering.ts';
import type { FileTree } from '../ports.ts';
import type { HelmPlan, PlannedLayer } from './helmPlan.ts';
import { lookupRegions } from './lookupRegions.ts';
import { OverlayTree } from './overlayTree.ts';
import { markAll, markDiffering } from './undecided.ts';

/** Renders the same chart under another plan or at another tree; `undefined` when that does not build. */
export type RenderOther = (plan: HelmPlan, tree: FileTree) => Promise<readonly RenderedObject[] | undefined>;

/** A chart's objects and what is known of how they came about. */
export interface MarkSubject {
  readonly app: App;
  readonly plan: HelmPlan;
  readonly tree: FileTree;
  readonly objects: readonly RenderedObject[];
  /** What templates asked the cluster without an answer. */
  readonly lookups: readonly string[];
}

/**
 * Marks the fields that something outside the repository decides: values from ConfigMaps and Secrets of the cluster, and
 * what templates ask it. Found by rendering with other values; where that does not build, everything is open.
 */
export async function markOpenFields(
  subject: MarkSubject,
  renderOther: RenderOther,
  signal: AbortSignal,
): Promise<readonly RenderedObject[]> {
  const { app, plan, lookups } = subject;
  const objects = await markUnseenValues(subject, renderOther);
  // Argo CD renders without a cluster: the answer is empty there too.
  if (lookups.length === 0 || app.kind === 'argo-application') return objects;
  const why = `A template asks the cluster for ${lookups.join(' and ')} (lookup).`;
  const edits = await withoutLookups(plan.request.chart, subject.tree, signal);
  const other = edits.size === 0 ? undefined : await renderOther(plan, new OverlayTree(subject.tree, edits, 'lookup'));
  return other === undefined ? markAll(objects, why) : markDiffering(objects, other, why);
}

async function markUnseenValues(
  { plan, tree, objects }: MarkSubject,
  renderOther: RenderOther,
): Promise<readonly RenderedObject[]> {
  const unseen = plan.unseen ?? [];
  if (unseen.length === 0) return objects;
  const names = unseen.map(({ source }) => source).join(' and the ');
  const why = `Values come from the ${names}, which is not in the repository.`;
  const targets = unseen.map(({ target }) => target).filter((target) => target !== undefined);
  // A whole document of values may set anything.
  if (targets.length < unseen.length) return markAll(objects, why);
  const probes = targets.map((target): PlannedLayer => {
    const layer = { kind: 'set', text: `${target}=plumbunseen` } as const;
    return { layer, via: 'helm-set', from: { kind: 'given' } };
  });
  const other = await renderOther({ ...plan, layers: [...plan.layers, ...probes] }, tree);
  return other === undefined ? markAll(objects, why) : markDiffering(objects, other, why);
}

/** The chart's templates with a word in place of what hangs on an answer. */
async function withoutLookups(
  chart: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<ReadonlyMap<RepoPath, string>> {
  const edits = new Map<RepoPath, string>();
  for (const file of await templatesBelow(chart, tree, signal)) {
    const content = await tree.read(file, signal);
    const text = new TextDecoder().decode(content);
    const regions = text.includes('lookup') ? lookupRegions(text) : [];
    if (regions.length > 0) edits.set(file, replaced(text, regions));
  }
  return edits;
}

function replaced(text: string, regions: readonly { readonly start: number; readonly end: number }[]): string {
  return [...regions]
    .sort((a, b) => b.start - a.start)
    .reduce((into, { start, end }) => {
      const isInline = !text.slice(start, end).includes('\n');
      return into.slice(0, start) + (isInline ? 'plumblookup' : '') + into.slice(end);
    }, text);
}

async function templatesBelow(folder: RepoPath, tree: FileTree, signal: AbortSignal): Promise<readonly RepoPath[]> {
  const found: RepoPath[] = [];
  for (const { name, kind } of (await tree.list(folder, signal)) ?? []) {
    const path = `${folder}/${name}`;
    if (kind === 'folder') found.push(...(await templatesBelow(path, tree, signal)));
    else if (/\.(?:ya?ml|tpl)$/.test(name)) found.push(path);
  }
  return found;
}
