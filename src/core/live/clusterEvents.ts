import { isObject, listAt, numberAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { groupOf, parseKey, resourceKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ApiRequest } from '../ports.ts';
import { hidingSecrets } from './secretWords.ts';

/** What a controller told of an object: a Kubernetes Event, of which clusters keep about an hour. */
export interface ClusterEvent {
  readonly object: ResourceKey;
  readonly isWarning: boolean;
  readonly reason: string;
  /** Never holds a value of a Secret. */
  readonly message: string;
  readonly count: number;
  /** When it was last told; RFC 3339. */
  readonly time?: string | undefined;
  /** The controller that told it. */
  readonly by?: string | undefined;
}

/** A question for events: what to send, and which of the answer belong to the object that was asked about. */
export interface EventQuestion {
  readonly request: ApiRequest;
  /** Where rights are needed, for the words about their lack. */
  readonly namespace: string;
  readonly isAbout: (object: ResourceKey) => boolean;
}

/** Who makes objects in a workload's stead, and tells there why it cannot (quota, admission). */
const makers: Readonly<Record<string, { readonly kind: string; readonly suffix: RegExp }>> = {
  'apps/Deployment': { kind: 'ReplicaSet', suffix: /^-[a-z0-9]{5,10}$/ },
  'batch/CronJob': { kind: 'Job', suffix: /^-\d+$/ },
};

/** What to ask to hear of an object: its own events, and for a workload the warnings of what makes its pods. */
export function eventQuestions(key: ResourceKey): readonly EventQuestion[] {
  const { group, kind, name, namespace: own } = parseKey(key);
  // Events of cluster-scoped objects are kept in this namespace (client-go `EventRecorder`).
  const namespace = own ?? 'default';
  const ask = (selector: Readonly<Record<string, string>>): ApiRequest => {
    const fieldSelector = Object.entries(selector)
      .map(([field, value]) => `${field}=${value}`)
      .join(',');
    return { method: 'GET', path: `/api/v1/namespaces/${namespace}/events`, query: { fieldSelector, limit: '500' } };
  };
  const itself: EventQuestion = {
    namespace,
    request: ask({ 'involvedObject.kind': kind, 'involvedObject.name': name }),
    isAbout: (object) => object === key,
  };
  const maker = makers[`${group}/${kind}`];
  if (maker === undefined) return [itself];
  const isMade = (object: ResourceKey): boolean => {
    const other = parseKey(object);
    return other.kind === maker.kind && other.name.startsWith(name) && maker.suffix.test(other.name.slice(name.length));
  };
  return [itself, { namespace, request: ask({ 'involvedObject.kind': maker.kind, type: 'Warning' }), isAbout: isMade }];
}

/** Reads an EventList of the core API; entries without an object or a reason are left out. */
export function readEvents(list: JsonObject): readonly ClusterEvent[] {
  return listAt(list, 'items').flatMap(readEvent);
}

/** Newest first; of those without a time the order is kept. */
export function newestFirst(events: readonly ClusterEvent[]): readonly ClusterEvent[] {
  return events.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
}

function readEvent(event: Json): readonly ClusterEvent[] {
  const about = isObject(event) ? event.involvedObject : undefined;
  const kind = stringAt(about, 'kind');
  const name = stringAt(about, 'name');
  const reason = stringAt(event, 'reason');
  if (kind === undefined || name === undefined || reason === undefined) return [];
  const group = groupOf(stringAt(about, 'apiVersion') ?? 'v1');
  const object = resourceKey({ group, kind, namespace: stringAt(about, 'namespace') || undefined, name });
  const said = (stringAt(event, 'message') ?? '').trim();
  return [
    {
      object,
      isWarning: stringAt(event, 'type') === 'Warning',
      reason,
      message: kind === 'Secret' ? '‹hidden: it is about a Secret›' : hidingSecrets(said),
      // A series counts its repetitions by itself (events.k8s.io/v1 seen as core/v1).
      count: numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1,
      time: timeOf(event),
      by: stringAt(event, 'reportingComponent') || stringAt(event, 'source', 'component') || undefined,
    },
  ];
}

function timeOf(event: Json): string | undefined {
  const times = [
    stringAt(event, 'series', 'lastObservedTime'),
    stringAt(event, 'lastTimestamp'),
    stringAt(event, 'eventTime'),
    stringAt(event, 'metadata', 'creationTimestamp'),
  ];
  return times.find((time) => time !== undefined && time !== '');
}
