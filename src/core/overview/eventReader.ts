import { eventQuestions, newestFirst, readEvents } from '../live/clusterEvents.ts';
import type { ClusterEvent, EventQuestion } from '../live/clusterEvents.ts';
import type { App } from '../model/app.ts';
import { stringAt } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import { messageOf, UserError } from '../model/userError.ts';
import type { ClusterConnection, Clock } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { findHome } from './home.ts';
import { reconcilerKey } from './reconcilerObject.ts';

/** What clusters told of an object and of its app lately. */
export interface EventAnswer {
  /** Newest first. */
  readonly events: readonly ClusterEvent[];
  /** Why some are not known, a sentence each. */
  readonly troubles: readonly string[];
}

const nothing: EventAnswer = { events: [], troubles: [] };

/** How long an answer counts as the newest, in milliseconds: a pointer that wanders over rows asks once. */
const freshFor = 10_000;

/** Asks clusters for the Events of what somebody looks at, never for more; nothing is followed. */
export class EventReader {
  readonly #followers: ReadonlyMap<string, ClusterFollower>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #isNamedEnough: boolean;
  readonly #ended: AbortSignal;
  readonly #kept = new Map<string, { readonly until: number; readonly answer: Promise<EventAnswer> }>();

  /** Requests end with `ended`: an answer is shared, so that none of those who wait for it can call it off for the others. */
  constructor(
    followers: ReadonlyMap<string, ClusterFollower>,
    clock: Pick<Clock, 'now'>,
    isNamedEnough: boolean,
    ended: AbortSignal,
  ) {
    this.#followers = followers;
    this.#clock = clock;
    this.#isNamedEnough = isNamedEnough;
    this.#ended = ended;
  }

  /** Events of an object in the cluster that holds it, and of the app's own object where its reconciler runs. */
  async of(app: App, object: ResourceKey | undefined, signal: AbortSignal): Promise<EventAnswer> {
    const home = findHome(app, this.#followers, this.#isNamedEnough);
    if (home === undefined) return nothing;
    const own = home.isReconciled ? reconcilerKey(app) : undefined;
    const answers = await Promise.all([
      object === undefined || home.place === undefined ? nothing : this.#ask(home.place.connection, object),
      own === undefined || own === object ? nothing : this.#ask(home.follower.connection, own),
    ]);
    signal.throwIfAborted();
    return joined(answers);
  }

  #ask(connection: ClusterConnection, object: ResourceKey): Promise<EventAnswer> {
    const now = this.#clock.now().getTime();
    for (const [key, { until }] of this.#kept) if (until <= now) this.#kept.delete(key);
    const key = `${connection.context} ${object}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.answer;
    const answer = readAll(connection, object, this.#ended);
    this.#kept.set(key, { until: now + freshFor, answer });
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }
}

async function readAll(connection: ClusterConnection, object: ResourceKey, signal: AbortSignal): Promise<EventAnswer> {
  return joined(await Promise.all(eventQuestions(object).map((question) => read(connection, question, signal))));
}

async function read(
  connection: ClusterConnection,
  { request, alternative, namespace, isAbout }: EventQuestion,
  signal: AbortSignal,
): Promise<EventAnswer> {
  try {
    const first = await connection.send(request, signal);
    // Rights on the two APIs are given apart; where both are refused, the words are those about the one that people know.
    const second = first.status === 403 ? await connection.send(alternative, signal) : first;
    const { status, body } = second.status === 200 ? second : first;
    if (status === 200) return { events: readEvents(body).filter((event) => isAbout(event.object)), troubles: [] };
    const said = stringAt(body, 'message') ?? `status ${String(status)}`;
    const why = status === 403 ? `you may not list them in namespace ${namespace} (${said})` : said;
    return { events: [], troubles: [`${connection.context}: Events are not shown: ${why}.`] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { events: [], troubles: [`${connection.context}: Events are not shown: ${messageOf(error)}`] };
  }
}

function joined(answers: readonly EventAnswer[]): EventAnswer {
  return {
    events: newestFirst(answers.flatMap(({ events }) => events)),
    troubles: [...new Set(answers.flatMap(({ troubles }) => troubles))],
  };
}
