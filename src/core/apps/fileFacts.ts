import { isScalar, visit } from 'yaml';
import type { ParentApp } from '../model/app.ts';
import { isObject, listAt, stringAt, stringsAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { baseName } from '../model/place.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { asKubeObject, groupOf, nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { placeAt } from '../yaml/locatePlace.ts';
import { namesPolicy, policyKindOf } from '../policy/policyKinds.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import type { YamlDoc, YamlReading } from '../yaml/readYaml.ts';

/** What discovery needs to know of one file; depends on the file's path and text alone. */
export interface FileFacts {
  /** Holds at least one Kubernetes object that no reconciler reads as its own. */
  readonly hasManifests: boolean;
  /** Objects of the reconcilers (`Application`, Flux `Kustomization`, `GitRepository`, …). */
  readonly declared: readonly DeclaredObject[];
  /** Objects that policy engines read as theirs. */
  readonly rules: readonly DeclaredObject[];
  /** Only for a kustomization file. */
  readonly kustomization?: KustomizationFacts | undefined;
  /** Only for a `Chart.yaml`. */
  readonly chart?: ChartFacts | undefined;
  readonly problems: readonly RenderProblem[];
}

/** What a chart says of itself. */
export interface ChartFacts {
  readonly isLibrary: boolean;
  /** Folders of dependencies (`file://…`), as written. */
  readonly localDependencies: readonly string[];
}

/** A reconciler's (or policy engine's) object and where it is written. */
export interface DeclaredObject {
  readonly file: RepoPath;
  readonly document: number;
  /** Reference tokens of the object in its document; none unless it is part of a list. */
  readonly within?: readonly (string | number)[] | undefined;
  readonly place: Place;
  readonly object: KubeObject;
  /** The app that renders it, where it is not in the file as it is. */
  readonly parent?: ParentApp | undefined;
}

export interface KustomizationFacts {
  readonly isComponent: boolean;
  /** Files and folders named as resources, bases, components, generators or transformers, as written. */
  readonly references: readonly string[];
  /** Files named as patches: they look like objects but are none. */
  readonly patches: readonly string[];
}

/** File names that make a folder a kustomization root (kustomize `konfig.RecognizedKustomizationFileNames`). */
export const kustomizationFileNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

const reconcilerGroups: ReadonlySet<string> = new Set([
  'argoproj.io',
  'kustomize.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'notification.toolkit.fluxcd.io',
]);
const argoKinds: ReadonlySet<string> = new Set(['Application', 'ApplicationSet', 'AppProject']);

const noFacts: FileFacts = { hasManifests: false, declared: [], rules: [], problems: [] };

/** Reads the facts of a file; parses it only when its text can matter. */
export function readFileFacts(file: RepoPath, text: string): FileFacts {
  if (kustomizationFileNames.includes(baseName(file))) return kustomizationFacts(file, text);
  if (baseName(file) === 'Chart.yaml') return chartFacts(file, text);
  if (!looksLikeManifest(text)) return noFacts;
  const mayBeTemplate = templateLine.test(text);
  // Most manifests say nothing about apps: what they hold is read when an app is rendered.
  if (!mayBeTemplate && !namesReconciler(text) && !namesPolicy(text)) return { ...noFacts, hasManifests: true };
  const reading = readYaml(text, 'plain');
  if (mayBeTemplate && isTemplateCode(text, reading)) return noFacts;
  const problems = problemsOf(file, reading);
  // What does not parse because of its template signs is for a templating tool, not for a reconciler.
  if (problems.length > 0 && text.includes('{{')) return noFacts;
  const declared = reading.documents.flatMap((document) => objectsOf(file, text, document, reading));
  const isReconciler = (each: DeclaredObject): boolean => isReconcilerObject(each.object);
  return {
    hasManifests: declared.some((each) => !isReconciler(each)),
    declared: declared.filter((each) => isReconciler(each) && !isTemplated(each)),
    rules: declared.filter((each) => policyKindOf(each.object) !== undefined && !isTemplated(each)),
    problems,
  };
}

function isTemplated({ object }: DeclaredObject): boolean {
  return nameOf(object).includes('{{');
}

/** Tells whether a reconciler reads an object as its own. */
export function isReconcilerObject(object: KubeObject): boolean {
  const group = groupOf(object.apiVersion);
  return reconcilerGroups.has(group) && (group !== 'argoproj.io' || argoKinds.has(object.kind));
}

const manifestKeys = ['apiVersion', 'kind', 'metadata'].map((key) => new RegExp(`(^|[\\s{,])["']?${key}["']?\\s*:`));

function looksLikeManifest(text: string): boolean {
  // All three, as Argo CD asks: a kubeconfig or a tool's own configuration has no metadata.
  return manifestKeys.every((key) => key.test(text));
}

/** A line of template code, as charts' templates have them. */
const templateLine = /^[ \t]*\{\{/m;

/** Whether such a line stands outside of the values: within one it is usual (alerting rules, an ApplicationSet's patch). */
function isTemplateCode(text: string, { documents }: YamlReading): boolean {
  const values: (readonly [number, number])[] = [];
  for (const { document } of documents)
    visit(document, {
      Scalar: (_, { range }) => {
        if (range) values.push([range[0], range[1]]);
      },
    });
  const lines = text.matchAll(new RegExp(templateLine, 'gm'));
  return [...lines].some(({ index }) => !values.some(([start, end]) => start < index && index < end));
}

function namesReconciler(text: string): boolean {
  return text.includes('argoproj.io/') || text.includes('.toolkit.fluxcd.io/');
}

function objectsOf(file: RepoPath, text: string, doc: YamlDoc, reading: YamlReading): readonly DeclaredObject[] {
  return unfoldList(doc.value).flatMap(({ value, path }) => {
    const object = asKubeObject(value);
    if (object === undefined) return [];
    const node = doc.document.getIn([...path, 'metadata', 'name'], true);
    const range = isScalar(node) ? node.range : undefined;
    const place = placeAt(file, text, range?.[0] ?? doc.start, range?.[1] ?? doc.start, (offset) =>
      reading.lineOf(offset),
    );
    return [{ file, document: doc.index, ...(path.length > 0 && { within: path }), place, object }];
  });
}

/** The errors of a reading as problems of its file. */
export function problemsOf(file: RepoPath, reading: YamlReading): readonly RenderProblem[] {
  return reading.problems
    .filter((each) => each.severity === 'error')
    .map(({ severity, message, line, column }) => ({ severity, message, file, line, column }));
}

function chartFacts(file: RepoPath, text: string): FileFacts {
  const reading = readYaml(text, 'plain');
  const value = reading.documents[0]?.value;
  const chart: ChartFacts = {
    isLibrary: stringAt(value, 'type') === 'library',
    localDependencies: listAt(value, 'dependencies').flatMap((each) => {
      const [, path] = /^file:\/\/(.*)$/.exec(stringAt(each, 'repository') ?? '') ?? [];
      return path ?? [];
    }),
  };
  const problems = problemsOf(file, reading);
  if (problems.length > 0 && !text.includes('{{')) return { ...noFacts, problems };
  // A template of a Chart.yaml (a scaffold) is no chart.
  if (typeof value !== 'object' || stringAt(value, 'name') === undefined) return noFacts;
  return { ...noFacts, chart, problems };
}

function kustomizationFacts(file: RepoPath, text: string): FileFacts {
  const reading = readYaml(text, 'kustomize');
  const value = reading.documents[0]?.value;
  const problems = problemsOf(file, reading);
  const strings = (key: string): readonly string[] => stringsAt(value, key);
  const paths = (key: string): readonly string[] => listAt(value, key).flatMap((each) => stringAt(each, 'path') ?? []);
  const kustomization: KustomizationFacts = {
    isComponent: stringAt(value, 'kind') === 'Component',
    references: [
      'resources',
      'bases',
      'components',
      'crds',
      'generators',
      'transformers',
      'validators',
      'configurations',
    ].flatMap(strings),
    patches: [
      ...paths('patches'),
      ...strings('patchesStrategicMerge'),
      ...paths('patchesJson6902'),
      ...paths('replacements'),
    ],
  };
  return { ...noFacts, kustomization, problems };
}

/** The objects of a list under a key, those entries that are objects. */
export function objectsAt(value: JsonObject | undefined, ...keys: readonly string[]): readonly JsonObject[] {
  return listAt(value, ...keys).filter(isObject);
}
