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
  /** The same by events.k8s.io/v1, which holds the same events; for whoever may not list those of core/v1. */
  readonly alternative: ApiRequest;
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
  const ask = (about: Readonly<Record<string, string>>, more = ''): Pick<EventQuestion, 'request' | 'alternative'> => {
    const request = (api: string, field: string): ApiRequest => {
      const fieldSelector = Object.entries(about).map(([part, value]) => `${field}.${part}=${value}`);
      const query = { fieldSelector: `${fieldSelector.join(',')}${more}`, limit: '500' };
      return { method: 'GET', path: `${api}/namespaces/${namespace}/events`, query };
    };
    return {
      request: request('/api/v1', 'involvedObject'),
      alternative: request('/apis/events.k8s.io/v1', 'regarding'),
    };
  };
  const itself: EventQuestion = { namespace, ...ask({ kind, name }), isAbout: (object) => object === key };
  const maker = makers[`${group}/${kind}`];
  if (maker === undefined) return [itself];
  const isMade = (object: ResourceKey): boolean => {
    const other = parseKey(object);
    return other.kind === maker.kind && other.name.startsWith(name) && maker.suffix.test(other.name.slice(name.length));
  };
  return [itself, { namespace, ...ask({ kind: maker.kind }, ',type=Warning'), isAbout: isMade }];
}

/** Reads an EventList of core/v1 or events.k8s.io/v1; entries without an object or a reason are left out. */
export function readEvents(list: JsonObject): readonly ClusterEvent[] {
  return listAt(list, 'items').flatMap(readEvent);
}

/** Newest first; of those without a time the order is kept. */
export function newestFirst(events: readonly ClusterEvent[]): readonly ClusterEvent[] {
  return events.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
}

function readEvent(event: Json): readonly ClusterEvent[] {
  const about = isObject(event) ? (event.involvedObject ?? event.regarding) : undefined;
  const kind = stringAt(about, 'kind');
  const name = stringAt(about, 'name');
  const reason = stringAt(event, 'reason');
  if (kind === undefined || name === undefined || reason === undefined) return [];
  const group = groupOf(stringAt(about, 'apiVersion') ?? 'v1');
  const object = resourceKey({ group, kind, namespace: stringAt(about, 'namespace') || undefined, name });
  const said = (stringAt(event, 'message') ?? stringAt(event, 'note') ?? '').trim();
  return [
    {
      object,
      isWarning: stringAt(event, 'type') === 'Warning',
      reason,
      message: kind === 'Secret' ? '‹hidden: it is about a Secret›' : hidingSecrets(said),
      count: countOf(event),
      time: timeOf(event),
      by: tellerOf(event),
    },
  ];
}

/** A series counts its repetitions by itself; events.k8s.io/v1 calls what is only core/v1's deprecated. */
function countOf(event: Json): number {
  return numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? numberAt(event, 'deprecatedCount') ?? 1;
}

function tellerOf(event: Json): string | undefined {
  const tellers = [
    stringAt(event, 'reportingComponent'),
    stringAt(event, 'reportingController'),
    stringAt(event, 'source', 'component'),
    stringAt(event, 'deprecatedSource', 'component'),
  ];
  return tellers.find((teller) => teller !== undefined && teller !== '');
}

function timeOf(event: Json): string | undefined {
  const times = [
    stringAt(event, 'series', 'lastObservedTime'),
    stringAt(event, 'lastTimestamp'),
    stringAt(event, 'deprecatedLastTimestamp'),
    stringAt(event, 'eventTime'),
    stringAt(event, 'metadata', 'creationTimestamp'),
  ];
  return times.find((time) => time !== undefined && time !== '');
}
