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
import type { HttpAnswer } from './transport.ts';

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
  /** Takes away what must not come further than this edge. */
  readonly reduce: (object: KubeObject) => KubeObject;
  /** The sentence for people about an answer that is a refusal. */
  readonly refusal: (status: number, body: JsonObject) => string;
}

/** Taken for an empty list, a page of a proxy or a login would make every object look deleted. */
const noList = 'The answer to a LIST is no list; a proxy or a login page may stand before the API server.';

/** A watch that lasted so long was a good one, also when nothing happened meanwhile; milliseconds. */
const goodWatch = 5_000;

/** Carries out single LISTs and WATCHes of one selection, tells what they bring, and returns how they ended. */
export class TargetReader {
  readonly #target: WatchTarget;
  readonly #parts: ReaderParts;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #signal: AbortSignal;

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
      const call = { method: 'GET', path: this.#path(query) } as const;
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

  /** What happens after a version, until the server or the network ends it; `onOpen` tells that it began. */
  async watch(from: string, onOpen: () => void): Promise<Outcome> {
    const { client, clock, settings, random } = this.#parts;
    const seconds = Math.round(settings.watchSeconds * (1 + random()));
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(seconds),
    };
    const start = clock.now().getTime();
    const lastedWell = (): boolean => clock.now().getTime() - start >= Math.min(goodWatch, seconds * 500);
    const answer = await client.open(
      { method: 'GET', path: this.#path(query), silence: settings.silence },
      this.#signal,
    );
    if (answer.status !== 200) return this.#refused(answer);
    onOpen();
    let version = from;
    let hadEvents = false;
    try {
      for await (const line of readLines(answer.body)) {
        const event = parseLine(line);
        if (stringAt(event, 'type') === 'ERROR') {
          return this.#failed(objectAt(event, 'object'), version, hadEvents || lastedWell());
        }
        version = stringAt(event, 'object', 'metadata', 'resourceVersion') ?? version;
        hadEvents = true;
        this.#pass(event);
      }
    } catch (error) {
      // Cut off or silent: what was seen is still true, so the next watch goes on from there.
      return { kind: 'failed', message: messageOf(error), version, isGood: hadEvents || lastedWell() };
    }
    return { kind: 'ended', version, isGood: hadEvents || lastedWell() };
  }

  async #refused(answer: HttpAnswer): Promise<Outcome> {
    const body = await readStatus(answer.status, answer.body);
    return outcomeOf(answer.status, this.#parts.refusal(answer.status, body), retryAfter(answer));
  }

  #failed(status: JsonObject | undefined, version: string, isGood: boolean): Outcome {
    const message = this.#parts.refusal(numberAt(status, 'code') ?? 500, status ?? {});
    const outcome = errorOutcome(status, message);
    if (outcome.kind === 'failed') return { ...outcome, version, isGood };
    return outcome.kind === 'expired' ? { ...outcome, isGood } : outcome;
  }

  #pass(event: JsonObject): void {
    const [object] = this.#accept(event.object);
    if (object === undefined) return;
    const type = stringAt(event, 'type');
    if (type === 'ADDED' || type === 'MODIFIED') this.#onEvent({ type: 'changed', target: this.#target, object });
    if (type === 'DELETED') this.#onEvent({ type: 'deleted', target: this.#target, object });
  }

  /** Items of built-in lists come without `apiVersion` and `kind`; the target knows them. */
  #accept(item: Json | undefined): readonly KubeObject[] {
    const { group, version, kind } = this.#target;
    const typed = { apiVersion: group === '' ? version : `${group}/${version}`, kind };
    const object = asKubeObject(isObject(item) ? { ...typed, ...item } : undefined);
    return object === undefined ? [] : [this.#parts.reduce(object)];
  }

  #path(query: Readonly<Record<string, string>>): string {
    return `${collectionPath(this.#target)}?${new URLSearchParams(query).toString()}`;
  }
}

/** The API path of a selection, `/apis/apps/v1/namespaces/web/deployments`. */
export function collectionPath({ group, version, plural, namespace }: WatchTarget): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}
