import type { App } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import { templateSegments } from '../render/templateText.ts';
import type { PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import type { Via } from '../model/provenance.ts';
import type { Collection } from './collection.ts';
import { sitesOf, within } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { sitesUnder } from './manifestWritings.ts';
import { addExpressions, addPieces } from './pieces.ts';
import { locateTemplated } from './templatedText.ts';
import { pointerParts } from '../model/words.ts';

/**
 * What an ApplicationSet writes of an Application, in the order of application: its template, the template of the generator
 * over it, its patch over both (argo-cd docs, `Template`).
 */
export function templateSections(set: Section, { declared }: App): readonly Section[] {
  const generator = declared?.generated?.generator;
  const own = generator === undefined ? [] : [within(set, ...pathTokens(generator), 'template')];
  const [patch] = sitesOf(set, 'spec', 'templatePatch');
  const located = patch && locateTemplated(patch, set.located);
  const patched = located === undefined ? [] : [{ located, document: 0, path: [] }];
  return [within(set, 'spec', 'template'), ...own, ...patched];
}

/** Adds the parameters of an ApplicationSet's generators, and where its texts take them in. */
export async function addGenerated(into: Collection, app: App, set: Section): Promise<void> {
  into.copies.add('template');
  for (const section of templateSections(set, app))
    for (const site of sitesOf(section)) await addTaker(into, site, viaAt(site.path));
  for (const { file, path } of app.declared?.generated?.from ?? []) {
    const located = file === undefined ? set.located : await into.read(file, 'plain');
    if (located === undefined) continue;
    const from = file === undefined ? set : { located, document: 0, path: [] };
    for (const { site, key } of parametersAt(from, pathTokens(path))) {
      const slot = `parameter/${site.path.join('/')}`;
      into.add(site, { via: 'appset-param', mayWrite: () => false, isDirect: true, key, slot });
      await addTaker(into, site, 'appset-param', key);
    }
  }
}

interface Parameter {
  readonly site: ScalarSite;
  readonly key: string;
}

/** The scalars at a path; one that ends in a scalar before leads on into the YAML text of that. */
function parametersAt(section: Section, path: readonly PathToken[]): readonly Parameter[] {
  const keyed = (site: ScalarSite): Parameter => ({ site, key: String(site.path.at(-1) ?? path.at(-1)) });
  const direct = sitesOf(section, ...path);
  if (direct.length > 0) return direct.map(keyed);
  for (let length = path.length - 1; length > 0; length--) {
    const outer = sitesOf(section, ...path.slice(0, length)).find((site) => site.path.length === 0);
    const inner = outer && locateTemplated(outer, section.located);
    if (inner !== undefined) return sitesUnder(inner.sites, path.slice(length)).map(keyed);
  }
  return [];
}

/** Notes where a text takes parameters in, and the words around them. */
async function addTaker(into: Collection, site: ScalarSite, via: Via, key?: string): Promise<void> {
  const text = typeof site.value === 'string' ? site.value : '';
  const actions = templateSegments(text).filter(({ kind }) => kind === 'action');
  if (actions.length === 0) return;
  const references = actions.flatMap(({ code, start, end }) =>
    parametersIn(code).map((name) => ({ name, start, end })),
  );
  await addExpressions(into, { ...site, mayWrite: () => true }, references);
  const whole = actions.map(({ start, end }) => ({ name: '', start, end }));
  // A text of several lines is read as the YAML that it is.
  if (!text.includes('\n')) await addPieces(into, { ...site, mayWrite: () => false }, whole, via, key);
}

/** The last names of the parameters in an action: `name` of `.at.name` and of `at.name`. */
function parametersIn(code: string): readonly string[] {
  return [...code.matchAll(/(?:^|[\s(.])((?:\w[\w-]*\.)*\w[\w-]*)/g)].flatMap(
    ([, path]) => path?.split('.').at(-1) ?? [],
  );
}

/** The word for a literal of the Application, by the part of it that it stands in. */
function viaAt(path: readonly PathToken[]): Via {
  if (path.includes('kustomize')) return 'argo-kustomize';
  return path.includes('parameters') ? 'helm-set' : 'argo-values';
}

/** A pointer as a path into a document, where positions are numbers. */
function pathTokens(pointer: JsonPointer): readonly PathToken[] {
  return pointerParts(pointer).map((token) => (/^\d+$/.test(token) ? Number(token) : token));
}
