import { listAt, objectAt, stringAt, valueAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { ServedKind } from '../../core/ports.ts';
import type { AnswerCache } from './answerCache.ts';
import type { ApiClient } from './apiClient.ts';
import type { JsonAnswer } from './transport.ts';

/** Aggregated discovery (GA in 1.30, KEP-3352) in both its versions, plain discovery from servers that know neither. */
const accept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** A kind before it is known whether its version is the preferred one. */
type Candidate = Omit<ServedKind, 'isPreferred'>;

/** What discovery needs of its connection. */
export interface DiscoveryParts {
  readonly client: ApiClient;
  readonly cache: AnswerCache;
  readonly server: string;
  /** Makes the error for an answer that is none. */
  readonly refuse: (answer: JsonAnswer) => Error;
}

/**
 * Reads which kinds the server serves, two requests on all but old servers, which answer in few bytes when nothing has
 * changed since last time. Versions keep the server's order, so the first version that has a kind is the preferred one.
 */
export async function discoverKinds(parts: DiscoveryParts, signal: AbortSignal): Promise<readonly ServedKind[]> {
  const found = await Promise.all(['/api', '/apis'].map((path) => discover(parts, path, signal)));
  const seen = new Set<string>();
  return found.flat().map((candidate) => {
    const name = `${candidate.group}/${candidate.kind}`;
    const isPreferred = !seen.has(name);
    seen.add(name);
    return { ...candidate, isPreferred };
  });
}

async function discover(parts: DiscoveryParts, path: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const { client, refuse } = parts;
  const answer = await askAgain(parts, path, signal);
  if (answer.status !== 200) throw refuse(answer);
  if (stringAt(answer.body, 'kind') === 'APIGroupDiscoveryList') return listAt(answer.body, 'items').flatMap(readGroup);
  const versions = path === '/api' ? coreVersions(answer.body) : groupVersions(answer.body);
  const found = await Promise.all(versions.map((at) => client.json({ method: 'GET', path: at.path }, signal)));
  // One aggregated API whose server is down must not hide all the others.
  return found.flatMap(({ status, body }, index) => (status === 200 ? readPlain(body, versions[index]) : []));
}

/** Asks with the ETag of what is kept, which the server then need not send again. */
async function askAgain(
  { client, cache, server }: DiscoveryParts,
  path: string,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const kept = await cache.read(server, path);
  const headers = kept === undefined ? { accept } : { accept, 'if-none-match': kept.tag };
  const answer = await client.json({ method: 'GET', path, headers }, signal);
  if (answer.status === 304 && kept !== undefined) return { ...answer, status: 200, body: kept.body };
  const tag = answer.header('etag');
  if (answer.status === 200 && tag !== undefined) await cache.write(server, path, { tag, body: answer.body });
  return answer;
}

function readGroup(item: Json): readonly Candidate[] {
  const group = stringAt(item, 'metadata', 'name') ?? '';
  return listAt(item, 'versions').flatMap((entry) => {
    const version = stringAt(entry, 'version') ?? '';
    return listAt(entry, 'resources').flatMap((resource): readonly Candidate[] => {
      const kind = stringAt(resource, 'responseKind', 'kind');
      const plural = stringAt(resource, 'resource');
      if (kind === undefined || plural === undefined) return [];
      const isNamespaced = stringAt(resource, 'scope') === 'Namespaced';
      return [{ group, version, kind, plural, isNamespaced, verbs: strings(listAt(resource, 'verbs')) }];
    });
  });
}

interface PlainVersion {
  readonly group: string;
  readonly version: string;
  readonly path: string;
}

function coreVersions(body: JsonObject): readonly PlainVersion[] {
  return strings(listAt(body, 'versions')).map((version) => ({ group: '', version, path: `/api/${version}` }));
}

function groupVersions(body: JsonObject): readonly PlainVersion[] {
  return listAt(body, 'groups').flatMap((entry) => {
    const group = stringAt(entry, 'name') ?? '';
    const preferred = stringAt(objectAt(entry, 'preferredVersion'), 'version');
    const versions = listAt(entry, 'versions').flatMap((version) => stringAt(version, 'version') ?? []);
    const ordered = versions.toSorted((one, other) => Number(other === preferred) - Number(one === preferred));
    return ordered.map((version) => ({ group, version, path: `/apis/${group}/${version}` }));
  });
}

function readPlain(body: JsonObject, at: PlainVersion | undefined): readonly Candidate[] {
  return listAt(body, 'resources').flatMap((resource): readonly Candidate[] => {
    const plural = stringAt(resource, 'name') ?? '';
    const kind = stringAt(resource, 'kind');
    // `deployments/scale` and the like are parts of an object, not objects.
    if (at === undefined || kind === undefined || plural.includes('/')) return [];
    const isNamespaced = valueAt(resource, 'namespaced') === true;
    return [
      { group: at.group, version: at.version, kind, plural, isNamespaced, verbs: strings(listAt(resource, 'verbs')) },
    ];
  });
}

function strings(list: readonly Json[]): readonly string[] {
  return list.filter((item) => typeof item === 'string');
}
