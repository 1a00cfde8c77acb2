import assert from 'node:assert/strict';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import { isObject, listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { groupOf } from '../../src/core/model/resource.ts';
import type { AdmissionRequest } from '../../src/core/policy/judgement.ts';
import { SurfaceApi } from '../surface/surfaceApi.ts';
import type { Answer, Call } from '../surface/surfaceApi.ts';
import { rightsOf, rightToEverything } from './caseRights.ts';
import { sentinels } from './caseSentinels.ts';
import { definitionsFor } from './serverCase.ts';
import type { ServerCase } from './serverCase.ts';
import { readWarnings } from './words.ts';
import type { Word } from './words.ts';

/** What the server says of a request, or why it cannot be asked. */
export type ServerAnswer =
  | {
      readonly kind: 'said';
      readonly word: Word;
      /** As it would be created or become. */ readonly object?: JsonObject;
    }
  | { readonly kind: 'not-asked'; readonly why: string };

interface ServedKind {
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** A real API server that cases are put to, wave after wave. */
export class CaseServer {
  readonly #api: SurfaceApi;
  readonly #kinds = new Map<string, Promise<ReadonlyMap<string, ServedKind>>>();

  constructor(plane: ControlPlane) {
    this.#api = new SurfaceApi(plane);
  }

  close(): void {
    this.#api.close();
  }

  /** Makes the custom kinds of all cases, and who may ask. */
  async prepare(cases: readonly ServerCase[]): Promise<void> {
    const { body } = await this.#api.get('/apis');
    const groups = new Set(['', ...listAt(body, 'groups').map((each) => stringAt(each, 'name') ?? '')]);
    await this.#create(rightToEverything());
    for (const each of definitionsFor(cases, (group) => groups.has(group))) {
      await this.#create(each);
      const version = stringAt(listAt(each, 'spec', 'versions')[0], 'name') ?? '';
      const list = `/apis/${stringAt(each, 'spec', 'group') ?? ''}/${version}/${stringAt(each, 'spec', 'names', 'plural') ?? ''}`;
      await eventually(list, async () => ((await this.#api.get(list)).status === 200 ? true : undefined));
    }
  }

  /**
   * Puts what the cases of a wave need into the cluster and waits until it is in force; answers why cases cannot be
   * asked, by `id`. `number` tells waves apart.
   */
  async enter(wave: readonly ServerCase[], number: number): Promise<ReadonlyMap<string, string>> {
    const refused = new Map<string, string>();
    for (const name of namespacesOf(wave)) await this.#setNamespace({ metadata: { name } });
    for (const { id, question, objects, rules } of wave) {
      for (const each of objects) {
        const why = await this.#put(each);
        if (why !== undefined) refused.set(id, `it refuses the ${kindOf(each)} beside: ${why}`);
      }
      for (const each of rules) {
        const { status, body } = await this.#api.post(await this.#collectionOf(each), each);
        if (status !== 201) refused.set(id, `it refuses the ${kindOf(each)}: ${messageOf(body)}`);
      }
      if (question.settings?.authorizer !== undefined) {
        const asked = question.requests.map(({ object }) => object).filter(isObject);
        const resources = (await Promise.all(asked.map((each) => this.#kindOf(each)))).flatMap(
          (kind) => kind?.plural ?? [],
        );
        for (const each of rightsOf(id, resources, question)) await this.#create(each);
      }
    }
    await this.#wait(wave, number);
    return refused;
  }

  /** Takes away what the next wave must not find; Namespaces stay. */
  async leave(wave: readonly ServerCase[]): Promise<void> {
    for (const object of wave.flatMap(({ rules, objects }) => [...rules, ...objects])) {
      if (object.kind === 'Namespace') continue;
      const path = await this.#pathOf(object);
      const { status } = await this.#api.delete(`${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
      if (status !== 404)
        await eventually(`${path} to go`, async () => ((await this.#api.get(path)).status === 404 ? true : undefined));
    }
  }

  /** Has the server dry-run a request as its user. */
  async ask(request: AdmissionRequest): Promise<ServerAnswer> {
    const call = await this.#callOf(request);
    if (call === undefined) return { kind: 'not-asked', why: 'no request of a client is like it' };
    const { status, body, warnings } = await this.#api.send({ ...call, headers: impersonation(request) });
    const isAdmitted = status < 300 || (request.operation === 'CONNECT' && status === 404);
    const said = isAdmitted ? undefined : messageOf(body);
    if (said !== undefined && !isOfAdmission(said)) return { kind: 'not-asked', why: said };
    const object = isAdmitted && isObject(body) ? body : undefined;
    return { kind: 'said', word: { denial: said, warnings: readWarnings(warnings) }, ...(object && { object }) };
  }

  /** An object as the server would create it where no policy has a say. */
  async asCreated(object: JsonObject): Promise<JsonObject> {
    const { status, body } = await this.#api.post(`${await this.#collectionOf(object)}?dryRun=All`, object);
    assert.equal(status, 201, messageOf(body));
    return objectAt(body) ?? {};
  }

  async #callOf({ operation, object, oldObject, ...of }: AdmissionRequest): Promise<Call | undefined> {
    const contentType = 'application/json';
    switch (operation) {
      case 'UPDATE':
        if (object === undefined) return undefined;
        return { method: 'PUT', path: `${await this.#pathOf(object)}?dryRun=All`, contentType, body: object };
      case 'DELETE':
        return oldObject && { method: 'DELETE', path: `${await this.#pathOf(oldObject)}?dryRun=All` };
      case 'CONNECT': {
        const pod = `/api/v1/namespaces/${of.namespace ?? ''}/pods/${of.name ?? ''}`;
        return of.subResource === 'exec' ? { method: 'POST', path: `${pod}/exec?command=true&stdout=true` } : undefined;
      }
      default:
        return (
          object && {
            method: 'POST',
            path: `${await this.#collectionOf(object)}?dryRun=All`,
            contentType,
            body: object,
          }
        );
    }
  }

  /** What was made last, of every sort that policies see, is in force; so is all that was made before. */
  async #wait(wave: readonly ServerCase[], number: number): Promise<void> {
    const paramKinds = [...new Set(['v1 ConfigMap', ...wave.flatMap((each) => each.paramKinds)])];
    const isNamespaced = new Map<string, boolean>();
    for (const word of paramKinds) {
      const [apiVersion = '', kind = ''] = word.split(' ');
      const served = (await this.#kindsOf(apiVersion)).get(kind);
      assert.ok(served !== undefined, `${word} is not served`);
      isNamespaced.set(word, served.isNamespaced);
    }
    const last = sentinels(number, isNamespaced);
    await this.#setNamespace(last.namespace);
    for (const each of last.documents) await this.#create(each);
    const collection = await this.#collectionOf(last.probe);
    await eventually(`wave ${String(number)} to be in force`, async () => {
      const { body, warnings } = await this.#api.post(`${collection}?dryRun=All`, last.probe);
      return last.isInForce(objectAt(body) ?? {}, warnings) ? true : undefined;
    });
  }

  /** Creates an object; the refusal, if there is one. A Namespace may be there already. */
  async #put(object: JsonObject): Promise<string | undefined> {
    if (object.kind === 'Namespace' && object.apiVersion === 'v1') return this.#setNamespace(object);
    const { status, body } = await this.#api.post(await this.#collectionOf(object), object);
    // Another case of the wave has made the very same.
    return status === 201 || status === 409 ? undefined : messageOf(body);
  }

  async #setNamespace({ metadata }: JsonObject): Promise<undefined> {
    const name = stringAt(metadata, 'name') ?? '';
    const path = `/api/v1/namespaces/${name}`;
    const known = await this.#api.get(path);
    const body = { ...(known.status === 200 ? objectAt(known.body) : {}), apiVersion: 'v1', kind: 'Namespace' };
    const [method, at] = known.status === 200 ? (['PUT', path] as const) : (['POST', '/api/v1/namespaces'] as const);
    const version = stringAt(body, 'metadata', 'resourceVersion');
    const own = { ...objectAt(metadata), ...(version !== undefined && { resourceVersion: version }) };
    const answer = await this.#api.send({
      method,
      path: at,
      contentType: 'application/json',
      body: { ...body, metadata: own },
    });
    assert.ok(answer.status < 300, messageOf(answer.body));
    // Pods need the account that a controller makes for each Namespace.
    const account = `${path}/serviceaccounts/default`;
    await eventually(account, async () => ((await this.#api.get(account)).status === 200 ? true : undefined));
    return undefined;
  }

  async #create(object: JsonObject): Promise<void> {
    const { status, body } = await this.#api.post(await this.#collectionOf(object), object);
    assert.equal(status, 201, `${kindOf(object)}: ${messageOf(body)}`);
  }

  async #collectionOf(object: JsonObject): Promise<string> {
    const { plural, isNamespaced } = (await this.#kindOf(object)) ?? { plural: 'unserved', isNamespaced: false };
    const namespace = stringAt(object, 'metadata', 'namespace') ?? 'default';
    return `${rootOf(versionOf(object))}${isNamespaced ? `/namespaces/${namespace}` : ''}/${plural}`;
  }

  async #pathOf(object: JsonObject): Promise<string> {
    return `${await this.#collectionOf(object)}/${stringAt(object, 'metadata', 'name') ?? ''}`;
  }

  async #kindOf(object: JsonObject): Promise<ServedKind | undefined> {
    return (await this.#kindsOf(versionOf(object))).get(kindOf(object));
  }

  #kindsOf(apiVersion: string): Promise<ReadonlyMap<string, ServedKind>> {
    const known = this.#kinds.get(apiVersion) ?? this.#readKinds(apiVersion);
    this.#kinds.set(apiVersion, known);
    return known;
  }

  async #readKinds(apiVersion: string): Promise<ReadonlyMap<string, ServedKind>> {
    const { body } = await this.#api.get(rootOf(apiVersion));
    const served = listAt(body, 'resources').filter((each) => !(stringAt(each, 'name') ?? '').includes('/'));
    return new Map(
      served.map((each) => [
        stringAt(each, 'kind') ?? '',
        { plural: stringAt(each, 'name') ?? '', isNamespaced: objectAt(each)?.namespaced === true },
      ]),
    );
  }
}

function kindOf(object: JsonObject): string {
  return stringAt(object, 'kind') ?? '';
}

function versionOf(object: JsonObject): string {
  return stringAt(object, 'apiVersion') ?? '';
}

function rootOf(apiVersion: string): string {
  return groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

function messageOf(body: Answer['body']): string {
  return stringAt(body, 'message') ?? JSON.stringify(body);
}

/** Tells a policy's refusal from one of the object itself, or of the user's rights. */
function isOfAdmission(message: string): boolean {
  return /AdmissionPolic|PodSecurity|denied request/.test(message);
}

/** Namespaces that a wave uses and nobody describes. */
function namespacesOf(wave: readonly ServerCase[]): readonly string[] {
  const word = 'v1 Namespace /';
  const needs = wave.flatMap((each) => [...each.needs]);
  const plain = needs.filter(([key, value]) => key.startsWith(word) && value === 'plain');
  return [...new Set(plain.map(([key]) => key.slice(word.length)))];
}

function impersonation({ user }: AdmissionRequest): Readonly<Record<string, string | readonly string[]>> {
  const extra = Object.entries(user?.extra ?? {}).map(([key, values]) => [`impersonate-extra-${key}`, values] as const);
  return {
    'impersonate-user': user?.username ?? '',
    'impersonate-group': user?.groups ?? [],
    ...Object.fromEntries(extra),
  };
}
