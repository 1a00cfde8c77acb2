import { isMap, isScalar, visit } from 'yaml';
import type { App } from '../model/app.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import { findDependencies } from '../render/chartDependencies.ts';
import { noCluster } from '../render/clusterView.ts';
import type { LayerOrigin, PlannedLayer } from '../render/helmPlan.ts';
import { planHelm } from '../render/renderHelm.ts';
import { locateEmbedded } from '../yaml/locateEmbedded.ts';
import { lineIndex, placeAt } from '../yaml/locatePlace.ts';
import type { LocatedText, PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import type { Collection, SiteLike } from './collection.ts';
import { sitesOf } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { addResources, sitesUnder } from './manifestWritings.ts';
import { addPieces } from './pieces.ts';
import { locateTemplated } from './templatedText.ts';
import { addTemplate } from './templateLiterals.ts';
import { templateSegments } from '../render/templateText.ts';
import type { Field } from './writing.ts';

const nowhere = (): boolean => false;

/**
 * Adds what a chart's fields may come from, in the order of application: the chart's own files and templates, the values of
 * subcharts, of the chart, and the layers over them. `sections` are the app's object and what is laid over it. Which field
 * a value reaches only rendering tells.
 */
export async function addChart(
  into: Collection,
  app: App,
  chart: RepoPath,
  sections: readonly Section[],
): Promise<void> {
  const plan = await planHelm(app, chart, into.tree, noCluster, into.signal);
  into.copies.add('template');
  into.showAt((await findDependencies(chart, into.tree, into.signal)).aliases);
  await addChartFiles(into, chart, (plan.request.defaults ?? []).length === 0, []);
  for (const file of plan.request.defaults ?? []) await addValuesFile(into, file, 'helm-default-values');
  for (const layer of plan.layers) await addLayer(into, layer, sections);
  for (const { place, value } of layersAt(sections, ['helm', 'valueFiles']).at(-1)?.sites ?? []) {
    // Relative to the chart, to the root, or to a source that is this repository.
    const name = String(value)
      .replace(/^\$[^/]+\//, '')
      .replace(/^(?:\.{0,2}\/)+/, '');
    into.fileNames.push({ place, name });
  }
  const releaseName = app.kind === 'argo-application' ? ['helm', 'releaseName'] : ['spec', 'releaseName'];
  const via = app.kind === 'argo-application' ? 'argo-values' : 'helm-values';
  for (const { sites } of layersAt(sections, releaseName))
    for (const site of sites) into.add(site, { via, mayWrite: nowhere, isDirect: false });
}

/** What a chart that kustomize inflates (`helmCharts`) takes its fields from: its own files, then values in files and inline. */
export async function addInflatedChart(
  into: Collection,
  chart: RepoPath,
  valueFiles: readonly RepoPath[],
  inline: readonly ScalarSite[],
): Promise<void> {
  into.copies.add('template');
  await addChartFiles(into, chart, true, []);
  for (const file of valueFiles) await addValuesFile(into, file, 'helm-values');
  await addValues(into, inline, 'helm-values');
}

/** Where a template says the kind of an object; charts make names of several pieces, so that there is no name to show. */
export function kindInTemplate(into: Collection, file: RepoPath | undefined, { id }: Field): Place | undefined {
  const text = into.templates.find((each) => each.file === file)?.text;
  const match = text === undefined ? null : new RegExp(`^kind: *["']?(${id.kind})\\b`, 'm').exec(text);
  if (file === undefined || text === undefined || match === null) return undefined;
  const start = match.index + match[0].length - id.kind.length;
  return placeAt(file, text, start, start + id.kind.length, lineIndex(text));
}

/** Folders of a chart in which Helm looks for something else than files for `.Files`. */
async function addChartFiles(
  into: Collection,
  chart: RepoPath,
  hasOwnValues: boolean,
  scope: readonly PathToken[],
): Promise<void> {
  const entries = (await into.list(chart)) ?? [];
  const inChart = (name: string): RepoPath => (chart === '' ? name : `${chart}/${name}`);
  const metadata = await into.read(inChart('Chart.yaml'), 'plain');
  for (const site of metadata?.sites ?? []) into.add(site, { via: 'helm-literal', mayWrite: nowhere, isDirect: true });
  for (const { name, kind } of entries) {
    const path = inChart(name);
    if (kind === 'file') await addOtherFile(into, path, name);
    else if (name === 'templates') await addTemplates(into, path);
    else if (name === 'crds') await addCrds(into, path);
    else if (name === 'charts') await addSubcharts(into, path, scope);
    else for (const file of await filesBelow(into, path)) await addWholeFile(into, file);
  }
  if (hasOwnValues) await addValuesFile(into, inChart('values.yaml'), 'helm-default-values', scope);
}

const notForFiles = /^(?:Chart\.(?:yaml|lock)|values.*\.yaml|values\.schema\.json|README.*|LICENSE.*|\.helmignore)$/;

async function addOtherFile(into: Collection, path: RepoPath, name: string): Promise<void> {
  if (!notForFiles.test(name)) await addWholeFile(into, path);
}

async function filesBelow(into: Collection, folder: RepoPath): Promise<readonly RepoPath[]> {
  const below: RepoPath[] = [];
  for (const { name, kind } of (await into.list(folder)) ?? []) {
    const child = `${folder}/${name}`;
    below.push(...(kind === 'file' ? [child] : await filesBelow(into, child)));
  }
  return below;
}

/** A subchart's values count below its name; under an alias they count elsewhere too, which only rendering tells. */
async function addSubcharts(into: Collection, folder: RepoPath, scope: readonly PathToken[]): Promise<void> {
  for (const { name, kind } of (await into.list(folder)) ?? [])
    if (kind === 'folder') await addChartFiles(into, `${folder}/${name}`, true, [...scope, name]);
}

async function addTemplates(into: Collection, folder: RepoPath): Promise<void> {
  for (const file of await filesBelow(into, folder)) {
    const text = await into.readText(file);
    if (text === undefined || text.length > largestTemplate) continue;
    const real = into.realPath(file);
    into.templates.push({ file: real, text });
    addTemplate(into, real, text);
  }
}

/** Characters; what is larger is data that happens to lie among templates. */
const largestTemplate = 500_000;

async function addCrds(into: Collection, folder: RepoPath): Promise<void> {
  for (const file of await filesBelow(into, folder)) {
    const located = /\.ya?ml$/.test(file) ? await into.read(file, 'plain') : undefined;
    if (located !== undefined) addResources(into, located, 'helm-literal');
  }
}

/** A file as the value that `.Files.Get` gives. */
async function addWholeFile(into: Collection, file: RepoPath): Promise<void> {
  const text = await into.readText(file);
  if (text === undefined || text === '' || text.length > largestTemplate || text.includes('\u0000')) return;
  const place = placeAt(into.realPath(file), text, 0, text.length, lineIndex(text));
  into.add(
    { place, value: text, style: 'raw', isFlow: false },
    { via: 'helm-literal', mayWrite: nowhere, isDirect: true },
  );
}

async function addValuesFile(
  into: Collection,
  file: RepoPath,
  via: Via,
  scope: readonly PathToken[] = [],
): Promise<void> {
  const located = await into.read(file, 'plain');
  if (located === undefined) return;
  await addValues(into, located.sites, via, scope);
  for (const site of keySites(located)) into.add(site, { via, mayWrite: nowhere, isDirect: false, isKey: true });
}

async function addValues(
  into: Collection,
  sites: readonly ValueSite[],
  via: Via,
  scope: readonly PathToken[] = [],
): Promise<void> {
  for (const site of sites) {
    const isGlobal = site.path[0] === 'global';
    const valuesPath = isGlobal ? site.path : [...scope, ...site.path];
    into.add(site, { via, mayWrite: nowhere, isDirect: true, key: String(valuesPath.at(-1)), valuesPath });
    const added = into.writings.at(-1);
    if (added === undefined || typeof site.value !== 'string' || !site.value.includes('{{')) continue;
    const actions = templateSegments(site.value).filter((each) => each.kind === 'action');
    await addPieces(
      into,
      added,
      actions.map(({ start, end }) => ({ name: '', start, end })),
      via,
    );
  }
}

type ValueSite = SiteLike & { readonly path: readonly PathToken[] };

/** The keys of a file of values: a template that ranges over a map shows them. */
function keySites({ file, text, reading, lineOf }: LocatedText): readonly SiteLike[] {
  const sites: SiteLike[] = [];
  for (const { document } of reading.documents) {
    visit(document, {
      Map: (_, map) => {
        for (const { key } of isMap(map) ? map.items : []) {
          if (!isScalar(key) || typeof key.value !== 'string' || !key.range || key.value === '<<') continue;
          const place = placeAt(file, text, key.range[0], key.range[1], lineOf);
          const style = key.type === 'QUOTE_DOUBLE' ? 'double' : key.type === 'QUOTE_SINGLE' ? 'single' : 'plain';
          sites.push({ place, value: key.value, style, isFlow: map.flow === true });
        }
      },
    });
  }
  return sites;
}

async function addLayer(
  into: Collection,
  { from, via, layer }: PlannedLayer,
  sections: readonly Section[],
): Promise<void> {
  // A single value counts at the path in front of its equals sign.
  const scope = layer.kind === 'set' || layer.kind === 'setString' ? (layer.text.split('=')[0] ?? '').split('.') : [];
  switch (from.kind) {
    case 'given':
      return;
    case 'file':
      return via === 'helm-set' ? addWholeFile(into, from.file) : addValuesFile(into, from.file, via);
    case 'app': {
      const isInList = from.path.some((token) => typeof token === 'number');
      for (const found of layersAt(sections, from.path).slice(isInList ? -1 : 0))
        await addScalars(into, found.sites, found.section.located, via, scope);
      return;
    }
    case 'data': {
      const end = into.selectBy(sections.flatMap((section) => targetPaths(section, from.name, scope)));
      await addData(into, from, via, scope);
      end();
    }
  }
}

/** Where a HelmRelease says to which value one of its `valuesFrom` goes. */
function targetPaths(section: Section, name: string, scope: readonly PathToken[]): readonly ScalarSite[] {
  const sites = sitesOf(section, 'spec', 'valuesFrom');
  const named = sites.filter(({ path, value }) => path[1] === 'name' && value === name).map(({ path }) => path[0]);
  return sites.filter(
    ({ path, value }) => path[1] === 'targetPath' && named.includes(path[0]) && value === scope.join('.'),
  );
}

/** What the app's own object and those laid over it say at a path, in their order; a list counts as the last one has it. */
function layersAt(
  sections: readonly Section[],
  path: readonly PathToken[],
): readonly { readonly section: Section; readonly sites: readonly ScalarSite[] }[] {
  const layers = sections.map((section) => ({ section, sites: sitesOf(section, ...path) }));
  return layers.filter(({ sites }) => sites.length > 0);
}

/** A map of values, a scalar that holds YAML, or one value. */
async function addScalars(
  into: Collection,
  sites: readonly ScalarSite[],
  around: LocatedText,
  via: Via,
  scope: readonly PathToken[],
): Promise<void> {
  const [only] = sites;
  if (only?.path.length === 0 && via !== 'argo-parameters' && via !== 'helm-set')
    return addValues(into, valuesIn(only, around), via);
  return addValues(into, sites, via, scope);
}

/** The values of a text inside a scalar, which may hold a template's actions where values stand. */
function valuesIn(scalar: ScalarSite, around: LocatedText): readonly ValueSite[] {
  const isTemplated = String(scalar.value).includes('{{');
  return (isTemplated ? locateTemplated(scalar, around) : locateEmbedded(scalar, around))?.sites ?? [];
}

async function addData(
  into: Collection,
  { file, name, key }: Extract<LayerOrigin, { kind: 'data' }>,
  via: Via,
  scope: readonly PathToken[],
): Promise<void> {
  const located = await into.read(file, 'plain');
  if (located === undefined) return;
  const named = located.sites.find((site) => site.path.slice(-2).join('.') === 'metadata.name' && site.value === name);
  if (named === undefined) return;
  const own = sitesUnder(
    located.sites.filter((site) => site.document === named.document),
    named.path.slice(0, -2),
  );
  for (const map of ['data', 'stringData']) {
    // What is encoded has no text to exchange.
    const sites = sitesUnder(own, [map, key]).filter(() => map === 'stringData' || located.text.includes('ConfigMap'));
    await addScalars(into, sites, located, via, scope);
  }
}
