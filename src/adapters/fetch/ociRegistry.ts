import { createHash } from 'node:crypto';
import { isObject, listAt, stringAt, stringsAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { RemoteNeed } from '../../core/model/remoteNeed.ts';
import { UserError } from '../../core/model/userError.ts';
import type { VersionChooser } from '../../core/ports.ts';
import { findLogin } from './dockerCredentials.ts';
import type { LoginOptions, RegistryLogin } from './dockerCredentials.ts';
import type { FetchedContent } from './fetchStore.ts';
import { basic, refusal } from './httpClient.ts';
import type { Answer, HttpClient } from './httpClient.ts';

/** What an artifact of a registry is fetched with. */
export interface RegistryTools {
  readonly http: HttpClient;
  readonly chooser: VersionChooser;
  readonly login: LoginOptions;
}

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

/** Fetches the chart or the packed files of an artifact (OCI distribution specification; Helm and Flux media types). */
export async function fetchArtifact(
  need: Extract<RemoteNeed, { kind: 'oci' }>,
  tools: RegistryTools,
  signal: AbortSignal,
): Promise<FetchedContent> {
  const repository = new OciRepository(need.url, tools);
  const tag = await findTag(need, repository, tools.chooser, signal);
  const manifest = await repository.manifest(tag, signal);
  const layers = listAt(manifest, 'layers').filter(isObject);
  const chart = layers.find((each) => stringAt(each, 'mediaType') === chartLayer);
  const layer = chart ?? layers.find((each) => /tar\+?\.?gzip|content.*gzip/.test(stringAt(each, 'mediaType') ?? ''));
  const digest = stringAt(layer, 'digest');
  if (digest === undefined) {
    throw new UserError('fetch-failed', `${need.url} at ${tag} holds neither a chart nor packed files.`, {});
  }
  const content = await repository.blob(digest, signal);
  return { kind: chart === undefined ? 'archive' : 'chart', version: tag.replaceAll('_', '+'), content };
}

/** A digest and a word are taken as they are; a range is chosen from all tags, in which `_` stands for `+`. */
async function findTag(
  { url, version }: Extract<RemoteNeed, { kind: 'oci' }>,
  repository: OciRepository,
  chooser: VersionChooser,
  signal: AbortSignal,
): Promise<string> {
  if (/^sha256:[0-9a-f]{64}$/.test(version)) return version;
  const exact = version.replaceAll('+', '_');
  if (isExact(version) && (await repository.hasManifest(exact, signal))) return exact;
  const tags = await repository.tags(signal);
  const chosen = await chooser.chooseVersion(
    tags.map((each) => each.replaceAll('_', '+')),
    version,
    signal,
  );
  if (chosen !== undefined) return chosen.replaceAll('+', '_');
  const what = version === '' ? 'version' : version;
  throw new UserError(
    'fetch-not-found',
    `${url} has no ${what}; its tags are ${tags.slice(-3).join(', ') || 'none'}.`,
    {},
  );
}

function isExact(version: string): boolean {
  return /^v?\d+\.\d+\.\d+[-+\w.]*$/.test(version) || /^[A-Za-z_][\w.-]{1,127}$/.test(version);
}

/** One repository of a registry. */
class OciRepository {
  readonly #url: string;
  readonly #base: string;
  readonly #host: string;
  readonly #tools: RegistryTools;
  #authorization: string | undefined;

  constructor(url: string, tools: RegistryTools) {
    const [, host = '', name = ''] = /^oci:\/\/([^/]+)\/(.+?)\/*$/i.exec(url) ?? [];
    if (host === '' || name === '') {
      throw new UserError('fetch-failed', `${url} names no repository of a registry (oci://host/name).`, {});
    }
    this.#url = url;
    this.#host = host === 'docker.io' ? 'registry-1.docker.io' : host;
    // As container tools do: a registry of this very machine needs no certificate.
    const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
    this.#base = `${isLoopback ? 'http' : 'https'}://${this.#host}/v2/${name}`;
    this.#tools = tools;
  }

  async hasManifest(tag: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#get(`manifests/${encodeURIComponent(tag)}`, { accept: manifestTypes }, signal);
    if (answer.status === 200) return true;
    if (answer.status === 404) return false;
    throw refusal(answer, this.#base, 'artifact');
  }

  async manifest(reference: string, signal: AbortSignal): Promise<JsonObject> {
    const answer = await this.#get(`manifests/${reference}`, { accept: manifestTypes }, signal);
    if (answer.status !== 200) throw refusal(answer, `${this.#base}:${reference}`, 'artifact');
    if (reference.startsWith('sha256:')) this.#check(answer.content, reference);
    const manifest = readJson(answer);
    const [first] = listAt(manifest, 'manifests');
    const inner = stringAt(first, 'digest');
    return inner === undefined ? manifest : this.manifest(inner, signal);
  }

  async blob(digest: string, signal: AbortSignal): Promise<Uint8Array> {
    const answer = await this.#get(`blobs/${digest}`, {}, signal);
    if (answer.status !== 200) throw refusal(answer, `${this.#base}@${digest}`, 'layer');
    this.#check(answer.content, digest);
    return answer.content;
  }

  async tags(signal: AbortSignal): Promise<readonly string[]> {
    const tags: string[] = [];
    for (let next: string | undefined = 'tags/list?n=1000'; next !== undefined;) {
      const answer = await this.#get(next, {}, signal);
      if (answer.status !== 200) throw refusal(answer, this.#base, 'repository');
      tags.push(...stringsAt(readJson(answer), 'tags'));
      const [, query] = /<[^>]*\?([^>]*)>; *rel="?next"?/.exec(answer.header('link') ?? '') ?? [];
      next = query === undefined ? undefined : `tags/list?${query}`;
    }
    return tags;
  }

  #check(content: Uint8Array, digest: string): void {
    if (`sha256:${createHash('sha256').update(content).digest('hex')}` !== digest) {
      throw new UserError('fetch-failed', `${this.#url} sends something else than ${digest}.`, {});
    }
  }

  /** Asks without a login first; a registry that wants one says how. */
  async #get(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const { http, login } = this.#tools;
    const url = `${this.#base}/${path}`;
    const first = await http.get(url, headers, { authorization: this.#authorization }, signal);
    const challenge = first.status === 401 ? first.header('www-authenticate') : undefined;
    if (challenge === undefined) return first;
    const known = await findLogin(this.#host, login);
    this.#authorization = await this.#authorize(challenge, known, signal);
    if (this.#authorization === undefined) return first;
    return http.get(url, headers, { authorization: this.#authorization }, signal);
  }

  async #authorize(
    challenge: string,
    known: RegistryLogin | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (/^basic\b/i.test(challenge))
      return known?.kind === 'password' ? basic(known.username, known.password) : undefined;
    const part = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
    const realm = part('realm');
    if (!/^bearer\b/i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    for (const name of ['service', 'scope']) {
      const value = part(name);
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const authorization = known?.kind === 'password' ? basic(known.username, known.password) : undefined;
    const bearer = known?.kind === 'token' ? `Bearer ${known.token}` : authorization;
    const answer = await this.#tools.http.get(url.href, {}, { authorization: bearer }, signal);
    if (answer.status !== 200) return undefined;
    const reply = readJson(answer);
    const token = stringAt(reply, 'token') ?? stringAt(reply, 'access_token');
    return token === undefined ? undefined : `Bearer ${token}`;
  }
}

function readJson(answer: Answer): JsonObject {
  try {
    // Edge: JSON.parse gives JSON.
    const value = JSON.parse(new TextDecoder().decode(answer.content)) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
