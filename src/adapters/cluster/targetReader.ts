import { isList, isObject, numberAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { asKubeObject } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { messageOf } from '../../core/model/userError.ts';
import type { Clock, LiveEvent, WatchTarget } from '../../core/ports.ts';
import { retryAfter } from './apiClient.ts';
import type { ApiClient } from './apiClient.ts';
import { errorOutcome, outcomeOf, parseLine, readStatus } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readLines } from './readLines.ts';
import { StreamedList } from './streamedList.ts';
import type { ObjectEvent } from './streamedList.ts';
import type { HttpAnswer, HttpCall } from './transport.ts';

/** How LIST and WATCH are asked for; milliseconds unless named otherwise. */
export interface ReadSettings {
  /** Objects in one page of a LIST. */
  readonly pageSize: number;
  /** Shortest length of one WATCH in seconds; up to twice that by chance, so that watches do not all end at once. */
  readonly watchSeconds: number;
  /** A WATCH without a byte for so long is dead; bookmarks come about every minute. */
  readonly silence: number;
}

/** What a reader needs of its connection. */
export interface ReaderParts {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly settings: ReadSettings;
  /** Takes away what must not come further than this edge, and lets objects share what is the same in all of them. */
  readonly reduce: (object: KubeObject) => KubeObject;
  /** The sentence for people about an answer that is a refusal. */
  readonly refusal: (status: number, body: JsonObject) => string;
}

/** Taken for an empty list, a page of a proxy or a login would make every object look deleted. */
const noList = 'The answer to a LIST is no list; a proxy or a login page may stand before the API server.';

/** A watch that lasted so long was a good one, also when nothing happened meanwhile; milliseconds. */
const goodWatch = 5_000;

/** Milliseconds of silence in the midst of a streamed list after which it counts as no list. */
const listSilence = 20_000;

/** Streams that may break off half-way before pages are asked for: something on the way may end each answer that lasts. */
const mostBroken = 4;

/** Carries out single LISTs and WATCHes of one selection, tells what they bring, and returns how they ended. */
export class TargetReader {
  readonly #target: WatchTarget;
  readonly #parts: ReaderParts;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #signal: AbortSignal;
  /** Streams since the last complete one that broke off. */
  #broken = 0;

  constructor(target: WatchTarget, parts: ReaderParts, onEvent: (event: LiveEvent) => void, signal: AbortSignal) {
    this.#target = target;
    this.#parts = parts;
    this.#onEvent = onEvent;
    this.#signal = signal;
  }

  /** All objects, page by page. */
  async list(): Promise<Outcome> {
    const objects: KubeObject[] = [];
    let next: string | undefined;
    let limit: number | undefined = this.#parts.settings.pageSize;
    do {
      const query = {
        ...(limit === undefined ? {} : { limit: String(limit) }),
        ...(next === undefined ? {} : { continue: next }),
      };
      const call = this.#call(query, 'List');
      const { status, body, header } = await this.#parts.client.json(call, this.#signal);
      if (status === 410 && next !== undefined) {
        // The pages' common version is gone: all at once cannot expire half-way (as client-go's pager does).
        objects.length = 0;
        next = undefined;
        limit = undefined;
        continue;
      }
      if (status !== 200) return outcomeOf(status, this.#parts.refusal(status, body), retryAfter({ header }));
      if (!isList(body.items)) return { kind: 'failed', message: noList, isGood: false };
      for (const item of body.items) objects.push(...this.#accept(item));
      next = stringAt(body, 'metadata', 'continue') || undefined;
      if (next === undefined) {
        this.#onEvent({ type: 'listed', target: this.#target, objects });
        return { kind: 'listed', version: stringAt(body, 'metadata', 'resourceVersion') ?? '' };
      }
    } while (!this.#signal.aborted);
    return { kind: 'failed', message: 'aborted', isGood: false };
  }

  /** The one object of a selection by name, without the right to list. */
  async get(name: string): Promise<Outcome> {
    const path = `${collectionPath(this.#target)}/${encodeURIComponent(name)}`;
    const { status, body, header } = await this.#parts.client.json({ method: 'GET', path }, this.#signal);
    if (status !== 200 && status !== 404)
      return outcomeOf(status, this.#parts.refusal(status, body), retryAfter({ header }));
    this.#onEvent({ type: 'listed', target: this.#target, objects: status === 404 ? [] : this.#accept(body) });
    return { kind: 'listed', version: stringAt(body, 'metadata', 'resourceVersion') ?? '' };
  }

  /**
   * All objects as a stream, and then what happens to them, in one request (WatchList, KEP-3157): the server need not hold
   * the whole list at once, and neither do we hold its text. `onOpen` tells that the list is complete.
   */
  async stream(onOpen: () => void): Promise<Outcome> {
    const { client, clock, settings } = this.#parts;
    const listing = new AbortController();
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', ...this.#watchQuery() };
    const call = { ...this.#call(query), silence: settings.silence };
    const answer = await client.open(call, AbortSignal.any([this.#signal, listing.signal]));
    if (answer.status === 400 || answer.status === 422) {
      await readStatus(answer.status, answer.body);
      return { kind: 'no-stream' };
    }
    if (answer.status !== 200) return this.#refused(answer);
    const ended = new AbortController();
    const list = new StreamedList(this.#target, this.#onEvent, onOpen);
    void this.#endWhenSilent(list, listing, ended.signal);
    try {
      const outcome = await this.#readEvents(answer, undefined, clock.now().getTime(), list);
      this.#broken = list.isComplete ? 0 : this.#broken + 1;
      return listing.signal.aborted || this.#broken === mostBroken ? { kind: 'no-stream' } : outcome;
    } finally {
      ended.abort();
    }
  }

  /** A server that does not know what was asked of it starts an ordinary watch, which never says that the list is complete. */
  async #endWhenSilent(list: StreamedList, listing: AbortController, ended: AbortSignal): Promise<void> {
    try {
      for (let seen = -1; !list.isComplete && seen !== list.received;) {
        seen = list.received;
        await this.#parts.clock.delay(listSilence, ended);
      }
    } catch {
      // The request is over.
      return;
    }
    if (!list.isComplete) listing.abort();
  }

  #watchQuery(): Readonly<Record<string, string>> {
    const { settings, random } = this.#parts;
    const seconds = Math.round(settings.watchSeconds * (1 + random()));
    return { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds) };
  }

  /** What happens after a version, until the server or the network ends it; `onOpen` tells that it began. */
  async watch(from: string, onOpen: () => void): Promise<Outcome> {
    const { client, clock, settings } = this.#parts;
    const start = clock.now().getTime();
    const call = { ...this.#call({ ...this.#watchQuery(), resourceVersion: from }), silence: settings.silence };
    const answer = await client.open(call, this.#signal);
    if (answer.status !== 200) return this.#refused(answer);
    onOpen();
    return this.#readEvents(answer, from, start, undefined);
  }

  /** `from` is absent while a list is streamed; `start` is when the request was made. */
  async #readEvents(
    answer: HttpAnswer,
    from: string | undefined,
    start: number,
    list: StreamedList | undefined,
  ): Promise<Outcome> {
    let version = from;
    let hadEvents = false;
    const isGood = (): boolean =>
      list === undefined ? hadEvents || this.#parts.clock.now().getTime() - start >= this.#goodWatch : list.isComplete;
    const known = (): string | undefined => (list?.isComplete === false ? undefined : version);
    try {
      for await (const line of readLines(list === undefined ? answer.body : list.counting(answer.body))) {
        const event = parseLine(line);
        if (stringAt(event, 'type') === 'ERROR') return this.#failed(objectAt(event, 'object'), known(), isGood());
        version = stringAt(event, 'object', 'metadata', 'resourceVersion') ?? version;
        hadEvents = true;
        const said = this.#read(event);
        if (list?.isComplete === false) list.take(event, said);
        else if (said !== undefined) this.#onEvent(said);
      }
    } catch (error) {
      // Cut off or silent: what was seen is still true, so the next watch goes on from there.
      return { kind: 'failed', message: messageOf(error), version: known(), isGood: isGood() };
    }
    const end = known();
    if (end === undefined) return { kind: 'failed', message: 'the list broke off', isGood: false };
    return { kind: 'ended', version: end, isGood: isGood() };
  }

  get #goodWatch(): number {
    return Math.min(goodWatch, this.#parts.settings.watchSeconds * 500);
  }

  async #refused(answer: HttpAnswer): Promise<Outcome> {
    const body = await readStatus(answer.status, answer.body);
    return outcomeOf(answer.status, this.#parts.refusal(answer.status, body), retryAfter(answer));
  }

  #failed(status: JsonObject | undefined, version: string | undefined, isGood: boolean): Outcome {
    const message = this.#parts.refusal(numberAt(status, 'code') ?? 500, status ?? {});
    const outcome = errorOutcome(status, message);
    if (outcome.kind === 'failed') return { ...outcome, version, isGood };
    return outcome.kind === 'expired' ? { ...outcome, isGood } : outcome;
  }

  #read(event: JsonObject): ObjectEvent | undefined {
    const [object] = this.#accept(event.object);
    if (object === undefined) return undefined;
    const type = stringAt(event, 'type');
    if (type === 'ADDED' || type === 'MODIFIED') return { type: 'changed', target: this.#target, object };
    return type === 'DELETED' ? { type: 'deleted', target: this.#target, object } : undefined;
  }

  /** Items of built-in lists come without `apiVersion` and `kind`; the target knows them. */
  #accept(item: Json | undefined): readonly KubeObject[] {
    const { group, version, kind, isMetadataOnly } = this.#target;
    const typed = { apiVersion: group === '' ? version : `${group}/${version}`, kind };
    const own = isMetadataOnly === true ? typed : {};
    const object = asKubeObject(isObject(item) ? { ...typed, ...item, ...own } : undefined);
    return object === undefined ? [] : [this.#parts.reduce(object)];
  }

  #call(query: Readonly<Record<string, string>>, suffix: 'List' | '' = ''): HttpCall {
    const { name } = this.#target;
    const chosen = name === undefined ? query : { ...query, fieldSelector: `metadata.name=${name}` };
    const path = `${collectionPath(this.#target)}?${new URLSearchParams(chosen).toString()}`;
    const accept = `application/json;as=PartialObjectMetadata${suffix};v=v1;g=meta.k8s.io`;
    return { method: 'GET', path, headers: this.#target.isMetadataOnly === true ? { accept } : {} };
  }
}

/** The API path of a selection, `/apis/apps/v1/namespaces/web/deployments`. */
function collectionPath({ group, version, plural, namespace }: WatchTarget): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}
