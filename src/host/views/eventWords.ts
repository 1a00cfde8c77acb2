import type { ClusterEvent } from '../../core/live/clusterEvents.ts';
import { describeKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import { wordsOfAge } from '../../core/model/words.ts';
import type { EventAnswer } from '../../core/overview/eventReader.ts';
import type { RowContext } from './rowContext.ts';

/** As many are shown; the newest tell most. */
const shown = 6;

/** What clusters told of an object and its app lately, a line each, warnings first; and why nothing is known where that is so. */
export function eventLines(
  { events, troubles }: EventAnswer,
  about: ResourceKey,
  context: RowContext,
): readonly string[] {
  const warningsFirst = [
    ...events.filter(({ isWarning }) => isWarning),
    ...events.filter(({ isWarning }) => !isWarning),
  ];
  return [...warningsFirst.slice(0, shown).map((event) => eventLine(event, about, context)), ...troubles];
}

function eventLine(event: ClusterEvent, about: ResourceKey, { now, t }: RowContext): string {
  const { object, isWarning, reason, message, count, time, by } = event;
  const head = [isWarning ? '⚠' : '·', reason, count > 1 ? t('({0} times)', String(count)) : undefined];
  const who = [object === about ? undefined : describeKey(object), wordsOfAge(time, now), by];
  const words = who.filter((part) => part !== undefined).join(', ');
  return `${head.filter((part) => part !== undefined).join(' ')}${words === '' ? '' : ` (${words})`}: ${message}`;
}
