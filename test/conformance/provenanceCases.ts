import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { bareApp } from '../../src/core/apps/bareApp.ts';
import { discoverApps } from '../../src/core/apps/appCatalog.ts';
import type { App } from '../../src/core/model/app.ts';
import { isObject, listAt, numberAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { parseKey, resourceKey } from '../../src/core/model/resource.ts';
import type { ResourceKey } from '../../src/core/model/resource.ts';
import type { Place } from '../../src/core/model/place.ts';
import type { Provenance } from '../../src/core/model/provenance.ts';
import { UserError } from '../../src/core/model/userError.ts';
import type { FileTree, RenderEngine } from '../../src/core/ports.ts';
import { editFor } from '../../src/core/provenance/editFor.ts';
import { explainField } from '../../src/core/provenance/explainField.ts';
import { fieldsDecidedBy } from '../../src/core/provenance/decidedFields.ts';
import { applyEdits, valueAtTokens } from '../../src/core/provenance/exchange.ts';
import { rereadApp } from '../../src/core/provenance/rereadApp.ts';
import { pointerParts } from '../../src/core/model/words.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import { OverlayTree } from '../../src/core/render/overlayTree.ts';
import { renderApp } from '../../src/core/render/renderApp.ts';

/** The score of one provenance case; figures count fields. */
export interface ProvenanceCaseResult {
  readonly kind: 'provenance';
  readonly case: string;
  readonly fields: number;
  readonly agree: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly details: readonly FieldDetail[];
}

/** The outcome of one field of a case. */
export interface FieldDetail {
  readonly object: string;
  readonly path: string;
  readonly outcome: 'agree' | 'wrong' | 'undecided';
  /** What differs, for people; also remarks that do not count, such as another word for the way. */
  readonly message?: string | undefined;
  /** Places beside the deciding one that the case names and the product does not. */
  readonly lacking?: readonly string[] | undefined;
}

/** Runs every case below a folder through discovery, rendering and explanation as the product does. */
export async function* runProvenanceCases(dir: string, engine: RenderEngine): AsyncIterable<ProvenanceCaseResult> {
  for (const folder of await findCases(dir)) yield await runCase(dir, folder, engine);
}

async function findCases(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  if (entries.some((each) => each.name === 'case.yaml')) return [dir];
  const below = await Promise.all(
    entries.filter((each) => each.isDirectory() && each.name !== 'repo').map((each) => findCases(join(dir, each.name))),
  );
  return below.flat().sort();
}

async function runCase(top: string, folder: string, engine: RenderEngine): Promise<ProvenanceCaseResult> {
  const name = relative(top, folder) || folder;
  const text = await readFile(join(folder, 'case.yaml'), 'utf8');
  const value: unknown = parse(text);
  if (!isObject(value)) throw new UserError('case-invalid', `${name}/case.yaml is not a map.`);
  const tree = new MemoryTree(await readFiles(join(folder, 'repo')));
  const app = await findApp(value, tree, engine);
  const details: FieldDetail[] = [];
  for (const field of listAt(value, 'fields').filter(isObject)) {
    details.push(app === undefined ? notRendered(field) : await checkField(field, app, tree, engine));
  }
  const count = (outcome: FieldDetail['outcome']): number => details.filter((each) => each.outcome === outcome).length;
  const scores = { agree: count('agree'), wrong: count('wrong'), undecided: count('undecided') };
  return { kind: 'provenance', case: name, fields: details.length, ...scores, details };
}

async function readFiles(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const read = async (path: string): Promise<readonly [string, string]> => [
    relative(root, path).split(sep).join('/'),
    await readFile(path, 'utf8'),
  ];
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** The app of a case: bare ones by their folder, declared ones as discovery finds them in the repository. */
async function findApp(value: JsonObject, tree: FileTree, engine: RenderEngine): Promise<App | undefined> {
  const kustomize = stringAt(value, 'app', 'kustomize', 'path');
  if (kustomize !== undefined) return bareApp('kustomize', kustomize);
  const plain = stringAt(value, 'app', 'plain', 'path');
  if (plain !== undefined) return bareApp('manifests', plain);
  const helm = objectAt(value, 'app', 'helm');
  if (helm !== undefined) return releaseOf(helm);
  const wanted = objectAt(value, 'app', 'argo') ?? objectAt(value, 'app', 'flux');
  const { apps } = await discoverApps(tree, [], new AbortController().signal, engine);
  const app = apps.find(
    (each) => each.declared?.file === stringAt(wanted, 'file') && each.name === stringAt(wanted, 'name'),
  );
  return app?.source.kind === 'here' ? app : undefined;
}

/** A chart as `helm install` is told to render it. */
function releaseOf(helm: JsonObject): App {
  const app = bareApp('helm', stringAt(helm, 'chart') ?? '');
  const strings = (key: string): readonly string[] => listAt(helm, key).filter((each) => typeof each === 'string');
  const release = {
    name: stringAt(helm, 'release') ?? '',
    namespace: stringAt(helm, 'namespace') ?? '',
    valueFiles: strings('valueFiles'),
    set: strings('set'),
  };
  return app.source.kind === 'here' ? { ...app, source: { ...app.source, release } } : app;
}

function notRendered(field: JsonObject): FieldDetail {
  const message = 'The product does not render this kind of app yet.';
  return {
    object: stringAt(field, 'object') ?? '',
    path: stringAt(field, 'path') ?? '',
    outcome: 'undecided',
    message,
  };
}

async function checkField(field: JsonObject, app: App, tree: FileTree, engine: RenderEngine): Promise<FieldDetail> {
  const object = stringAt(field, 'object') ?? '';
  const path = stringAt(field, 'path') ?? '';
  const key = keyFrom(object);
  const toward = objectAt(field, 'edit')?.value;
  const signal = new AbortController().signal;
  const found = await explainField({ app, tree, engine, key, path, toward, isComplete: true, limit: 48 }, signal);
  const judged = judgePlace(field, found);
  const rendering = await renderApp(app, tree, engine, signal);
  const value = valueAtTokens(rendering.objects.find((each) => each.key === key)?.object ?? {}, pointerParts(path));
  const misses = field.value !== undefined && JSON.stringify(value) !== JSON.stringify(field.value);
  if (judged.outcome === 'agree' && misses) {
    const message = `renders ${JSON.stringify(value)}, the case says ${JSON.stringify(field.value)}`;
    return { object, path, outcome: 'undecided', message };
  }
  if (judged.outcome !== 'agree') return { object, path, ...judged };
  const mistaken = mistakenRole(field, found);
  if (mistaken !== undefined) return { object, path, outcome: 'wrong', message: mistaken };
  const lacking = lackingRoles(field, found);
  // What a place keeps away shows elsewhere once it is exchanged: as an entry of the list or map around.
  if (found.kind === 'proven' && field.absent === undefined) {
    const { file, start: offset } = found.place;
    const decided = await fieldsDecidedBy({ file, offset, apps: [{ app, rendering }], tree, engine }, signal);
    const fields = decided?.apps.flatMap((each) => each.fields) ?? [];
    if (!fields.some((each) => each.object === key && each.path === path && each.effect === 'decides'))
      return { object, path, outcome: 'wrong', message: 'the inverse does not list the field' };
  }
  if (objectAt(field, 'edit') === undefined) return { object, path, ...judged, lacking };
  const edited = await judgeEdit(field, found, { app, tree, engine });
  return { object, path, ...edited, message: edited.message ?? judged.message, lacking };
}

function keyFrom(object: string): ResourceKey {
  const [group = '', kind = '', namespace = '-', ...name] = object.split('/');
  return resourceKey({
    group: group === 'core' ? '' : group,
    kind,
    namespace: namespace === '-' ? undefined : namespace,
    name: name.join('/'),
  });
}

type Judgement = Pick<FieldDetail, 'outcome' | 'message'>;

function judgePlace(field: JsonObject, found: Provenance): Judgement {
  const from = field.from;
  if (!isObject(from)) {
    if (found.kind === 'unknown') return { outcome: 'agree' };
    return { outcome: 'wrong', message: `expected unknown, found ${describe(found.place)}` };
  }
  const expected = writtenPlace(from);
  if (found.kind === 'unknown') return { outcome: 'undecided', message: `${found.why} Expected ${expected}` };
  if (describe(found.place) !== expected)
    return { outcome: 'wrong', message: `expected ${expected}, found ${describe(found.place)}` };
  const via = stringAt(field, 'via');
  return {
    outcome: 'agree',
    message: via === found.via ? undefined : `remark: via ${found.via}, the case says ${via ?? ''}`,
  };
}

/** A place that only looks as if it had to do with the field must not be called a part of it or what feeds it. */
function mistakenRole(field: JsonObject, { also }: Provenance): string | undefined {
  const lookalikes = listAt(field, 'also')
    .filter(isObject)
    .filter((each) => each.role === 'lookalike')
    .map((each) => `${stringAt(each, 'file') ?? ''}:${numberAt(each, 'line') ?? 0}:${numberAt(each, 'column') ?? 0}`);
  const found = also.find(({ place: { file, range }, role }) => {
    const isClaimed = role === 'part' || role === 'input';
    return isClaimed && lookalikes.includes(`${file}:${range.line}:${range.column}`);
  });
  return found && `calls the lookalike ${describe(found.place)} ${found.role}`;
}

/** The places of a case that are not named, or under another role; a lookalike is never named. */
function lackingRoles(field: JsonObject, { also }: Provenance): readonly string[] {
  const named = new Set(also.map(({ place, role }) => `${role} ${describe(place)}`));
  return listAt(field, 'also')
    .filter(isObject)
    .filter(({ role }) => role !== 'lookalike' && role !== 'candidate')
    .map((each) => `${stringAt(each, 'role') ?? ''} ${writtenPlace(each)}`)
    .filter((each) => !named.has(each));
}

/** As the cases write a place: block scalars and whole files by their first line. */
function describe({ file, range, text }: Place): string {
  return `${file}:${range.line}:${range.column} ${text.split('\n')[0] ?? ''}`;
}

/** The same of a place in a case. */
function writtenPlace(place: JsonObject): string {
  const [line, column] = [numberAt(place, 'line') ?? 0, numberAt(place, 'column') ?? 0];
  return `${stringAt(place, 'file') ?? ''}:${line}:${column} ${(stringAt(place, 'text') ?? '').split('\n')[0] ?? ''}`;
}

interface Setting {
  readonly app: App;
  readonly tree: FileTree;
  readonly engine: RenderEngine;
}

/** The edit must be the expected text, and rendering with it must give the wanted value. */
async function judgeEdit(field: JsonObject, found: Provenance, { app, tree, engine }: Setting): Promise<Judgement> {
  const edit = objectAt(field, 'edit') ?? {};
  const wanted: Json = edit.value ?? null;
  const written = stringAt(edit, 'writes', 'text');
  const made = editFor(found, wanted);
  if (made.kind === 'refused')
    return { outcome: 'undecided', message: `no edit for ${JSON.stringify(wanted)}: ${made.why}` };
  if (made.newText !== written)
    return { outcome: 'wrong', message: `edit writes ${made.newText}, expected ${written ?? ''}` };
  const signal = new AbortController().signal;
  const texts = (await applyEdits(tree, [made], signal)) ?? new Map<string, string>();
  const edited = new OverlayTree(tree, texts, 'edit');
  const reread = (await rereadApp(app, texts, { tree: edited, engine }, signal)) ?? app;
  const rendering = await renderApp(reread, edited, engine, signal);
  const key = keyFrom(stringAt(edit, 'object') ?? stringAt(field, 'object') ?? '');
  const object = rendering.objects.find((each) => each.key === key)?.object;
  const value = valueAtTokens(object ?? {}, pointerParts(stringAt(field, 'path') ?? ''));
  if (JSON.stringify(value) === JSON.stringify(wanted)) return { outcome: 'agree' };
  return {
    outcome: 'wrong',
    message: `after the edit ${parseKey(key).name} renders ${JSON.stringify(value)}, wanted ${JSON.stringify(wanted)}`,
  };
}
