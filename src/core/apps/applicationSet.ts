import { isList, isObject, listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { baseName } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { asKubeObject, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { matchesPathGlob } from '../render/pathGlob.ts';
import { objectsAt } from './fileFacts.ts';

/** The Applications of an ApplicationSet, in the order of its generators, or why they cannot be told from the repository. */
export type Expansion =
  | { readonly kind: 'expanded'; readonly applications: readonly GeneratedApplication[] }
  | { readonly kind: 'undecided'; readonly why: string };

export interface GeneratedApplication {
  readonly object: KubeObject;
  /** Where the element of a list generator stands in the ApplicationSet; absent for a folder. */
  readonly element?: readonly (string | number)[] | undefined;
}

interface Parameters {
  readonly values: JsonObject;
  readonly element?: readonly (string | number)[] | undefined;
}

class Undecided extends Error {}

/** What an ApplicationSet generates; `folders` are all folders of the repository (argo-cd `applicationset/generators`). */
export function expandApplicationSet(
  set: KubeObject,
  folders: readonly RepoPath[],
  isHere: (url: string) => boolean,
): Expansion {
  try {
    if (stringAt(set, 'spec', 'templatePatch') !== undefined) throw new Undecided('has a templatePatch');
    const rows = objectsAt(set, 'spec', 'generators').flatMap((generator, index) =>
      parametersOf(generator, index, folders, isHere),
    );
    return { kind: 'expanded', applications: rows.map((row) => applicationOf(set, row)) };
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    return { kind: 'undecided', why: `This ApplicationSet ${error.message}, which Plumbline does not evaluate yet.` };
  }
}

function parametersOf(
  generator: JsonObject,
  index: number,
  folders: readonly RepoPath[],
  isHere: (url: string) => boolean,
): readonly Parameters[] {
  const kind = Object.keys(generator).find((key) => key !== 'selector') ?? 'nothing';
  const options = objectAt(generator, kind);
  if (generator.selector !== undefined) throw new Undecided('selects among what it generates');
  if (options?.template !== undefined) throw new Undecided(`has a template of its own in the ${kind} generator`);
  if (kind === 'list') return listParameters(options, index);
  if (kind !== 'git') throw new Undecided(`uses the ${kind} generator`);
  if (options?.files !== undefined || options?.values !== undefined || options?.pathParamPrefix !== undefined)
    throw new Undecided('reads files or has values in the git generator');
  const url = stringAt(options, 'repoURL') ?? '';
  if (!isHere(url)) throw new Undecided(`looks at the folders of another repository (${url})`);
  return folderParameters(options, folders);
}

function listParameters(options: JsonObject | undefined, index: number): readonly Parameters[] {
  if (options?.elementsYaml !== undefined) throw new Undecided('takes the elements of a list from a template');
  return listAt(options, 'elements').flatMap((values, at): readonly Parameters[] =>
    isObject(values) ? [{ values, element: ['spec', 'generators', index, 'list', 'elements', at] }] : [],
  );
}

/** Folders that some pattern takes and none excludes; those with a dot in front are never looked at. */
function folderParameters(options: JsonObject | undefined, folders: readonly RepoPath[]): readonly Parameters[] {
  const patterns = objectsAt(options, 'directories');
  const matches = (folder: RepoPath, isExcluding: boolean): boolean =>
    patterns.some(
      (each) => (each.exclude === true) === isExcluding && matchesPathGlob(folder, stringAt(each, 'path') ?? ''),
    );
  return folders
    .filter((folder) => folder !== '' && !/(?:^|\/)\./.test(folder) && matches(folder, false) && !matches(folder, true))
    .sort()
    .map((folder) => ({
      values: {
        path: {
          path: folder,
          basename: baseName(folder),
          basenameNormalized: normalized(baseName(folder)),
          segments: folder.split('/'),
        },
      },
    }));
}

/** A name that Kubernetes takes (argo-cd `utils.SanitizeName`). */
function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^-a-z0-9.]/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

function applicationOf(set: KubeObject, { values, element }: Parameters): GeneratedApplication {
  const isGoTemplate = valueAt(set, 'spec', 'goTemplate') === true;
  const isStrict = listAt(set, 'spec', 'goTemplateOptions').includes('missingkey=error');
  const look = isGoTemplate ? goLookup(values, isStrict) : plainLookup(values);
  const template = fill(objectAt(set, 'spec', 'template') ?? {}, look);
  const metadata = { ...objectAt(template, 'metadata'), namespace: namespaceOf(set) ?? 'argocd' };
  const spec = objectAt(template, 'spec') ?? {};
  const object = asKubeObject({ apiVersion: set.apiVersion, kind: 'Application', metadata, spec });
  if (object === undefined) throw new Undecided('has no template');
  return { object, element };
}

type Lookup = (code: string) => string;

function fill(value: Json, look: Lookup): Json {
  if (typeof value === 'string') return fillText(value, look);
  if (isList(value)) return value.map((each) => fill(each, look));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [fillText(key, look), fill(each, look)]));
}

function fillText(text: string, look: Lookup): string {
  return text.replace(/\{\{-?(.*?)-?\}\}/gs, (_, code: string) => look(code.trim()));
}

/** A reference to a parameter, `.a.b`, or one of a path's segments; anything more is for a template engine. */
function goLookup(values: JsonObject, isStrict: boolean): Lookup {
  return (code) => {
    const segment = /^index \.path\.segments (\d+)$/.exec(code)?.[1];
    const names = segment === undefined ? /^((?:\.\w+)+)$/.exec(code)?.[1]?.split('.').slice(1) : ['path', 'segments'];
    if (names === undefined) throw new Undecided(`uses a template function ({{ ${code} }})`);
    const found = valueAt(values, ...names);
    const value = segment === undefined ? found : listAt(found)[Number(segment)];
    if (value === undefined && isStrict) throw new Undecided(`refers to a parameter that is not there ({{ ${code} }})`);
    return value === undefined ? '<no value>' : textOf(value, code);
  };
}

/** Without Go templates names are flat: `cluster`, `path`, `path.basename`, `path[0]`; an unknown one stays as it is. */
function plainLookup(values: JsonObject): Lookup {
  return (code) => {
    const segment = /^path\[(\d+)\]$/.exec(code)?.[1];
    const names = code === 'path' && isObject(values.path) ? ['path', 'path'] : code.split('.');
    const value =
      segment === undefined ? valueAt(values, ...names) : listAt(values, 'path', 'segments')[Number(segment)];
    return value === undefined ? `{{${code}}}` : textOf(value, code);
  };
}

function textOf(value: Json, code: string): string {
  if (isList(value) || isObject(value)) throw new Undecided(`writes a whole map or list ({{ ${code} }})`);
  return value === null ? '' : String(value);
}
