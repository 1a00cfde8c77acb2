import { createHash } from 'node:crypto';
import { isObject, listAt, objectAt, stringAt, stringsAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { RemoteNeed } from '../../core/model/remoteNeed.ts';
import { UserError } from '../../core/model/userError.ts';
import type { VersionChooser } from '../../core/ports.ts';
import { readYaml } from '../../core/yaml/readYaml.ts';
import type { FetchedContent } from './fetchStore.ts';
import { refusal, shownUrl } from './httpClient.ts';
import type { HttpClient, ServerOptions } from './httpClient.ts';
import { readHelmRepositories } from './helmRepositories.ts';
import type { Environment, HelmRepository } from './helmRepositories.ts';

/** What a chart of a repository is fetched with. */
export interface ChartTools {
  readonly http: HttpClient;
  readonly chooser: VersionChooser;
  readonly environment: Environment;
}

/** Fetches a chart of a repository with an index (helm.sh `docs/topics/chart_repository.md`). */
export async function fetchChart(
  need: Extract<RemoteNeed, { kind: 'chart' }>,
  { http, chooser, environment }: ChartTools,
  signal: AbortSignal,
): Promise<FetchedContent> {
  const base = need.url.replace(/\/+$/, '');
  const repository = await knownRepository(base, environment);
  const index = await http.get(`${base}/index.yaml`, {}, repository, signal);
  if (index.status !== 200) throw refusal(index, `${base}/index.yaml`, 'index of charts');
  const entries = readEntries(new TextDecoder().decode(index.content), need.chart);
  const chosen = await choose(need, entries, chooser, signal);
  const [first] = stringsAt(chosen, 'urls');
  if (first === undefined)
    throw new UserError('fetch-failed', `The index of ${shownUrl(base)} gives ${need.chart} no address.`);
  const url = new URL(first, `${base}/`).href;
  if (!/^https?:/.test(url))
    throw new UserError('fetch-failed', `${need.chart} is at ${shownUrl(url)}, which is no http address.`);
  const isOwn = new URL(url).origin === new URL(base).origin || repository.passesEverywhere;
  const packed = await http.get(url, {}, isOwn ? repository : {}, signal);
  if (packed.status !== 200) throw refusal(packed, url, `chart ${need.chart}`);
  checkDigest(packed.content, stringAt(chosen, 'digest'), url);
  return { kind: 'chart', version: stringAt(chosen, 'version') ?? '', content: packed.content };
}

const unknownRepository: ServerOptions & Pick<HelmRepository, 'passesEverywhere'> = { passesEverywhere: false };

async function knownRepository(base: string, environment: Environment): Promise<typeof unknownRepository> {
  const known = await readHelmRepositories(environment);
  return known.find(({ url }) => url.replace(/\/+$/, '') === base) ?? unknownRepository;
}

async function choose(
  { chart, version, url }: Extract<RemoteNeed, { kind: 'chart' }>,
  entries: readonly JsonObject[],
  chooser: VersionChooser,
  signal: AbortSignal,
): Promise<JsonObject> {
  const versions = entries.flatMap((each) => stringAt(each, 'version') ?? []);
  const wanted = await chooser.chooseVersion(versions, version, signal);
  const found = entries.find((each) => stringAt(each, 'version') === wanted);
  if (found !== undefined && wanted !== undefined) return found;
  const what = version === '' ? '' : ` that is ${version}`;
  const there =
    versions.length === 0 ? 'It knows no chart of that name.' : `The newest are ${versions.slice(0, 3).join(', ')}.`;
  const message = `${shownUrl(url)} has no version of ${chart}${what}. ${there}`;
  throw new UserError('fetch-not-found', message, { chart });
}

function checkDigest(content: Uint8Array, digest: string | undefined, url: string): void {
  const wanted = digest?.replace(/^sha256:/, '');
  if (wanted === undefined || wanted === '') return;
  const got = createHash('sha256').update(content).digest('hex');
  if (got !== wanted) {
    throw new UserError('fetch-failed', `${shownUrl(url)} is not what the index says: its digest differs.`, {});
  }
}

/**
 * The entries of one chart. Indexes hold thousands of charts and are written by machines, so that the lines of the wanted
 * one can be cut out and read alone; an index in another form is read as a whole.
 */
export function readEntries(text: string, chart: string): readonly JsonObject[] {
  if (text.trimStart().startsWith('{')) return entriesOf(parseJson(text), chart);
  const cut = cutEntry(text, chart);
  const read = (part: string): Json | undefined => readYaml(part, 'plain').documents[0]?.value;
  const found = cut === undefined ? [] : entriesOf(read(`entries:\n${cut}`), chart);
  return found.length > 0 ? found : entriesOf(read(text), chart);
}

function parseJson(text: string): Json | undefined {
  try {
    // Edge: JSON.parse gives JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function entriesOf(index: Json | undefined, chart: string): readonly JsonObject[] {
  return listAt(objectAt(index, 'entries'), chart).filter(isObject);
}

/** The lines from a chart's key to the next key of the same depth. */
function cutEntry(text: string, chart: string): string | undefined {
  const name = chart.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const start = new RegExp(`^( +)["']?${name}["']?:[ \\t]*\\r?$`, 'm').exec(text);
  if (start === null) return undefined;
  const indent = start[1] ?? '';
  const rest = text.slice(start.index + start[0].length);
  const end = new RegExp(`^(?:${indent}[^ \\t\\r\\n-]|[^ \\t\\r\\n#])`, 'm').exec(rest);
  return start[0] + (end === null ? rest : rest.slice(0, end.index));
}
