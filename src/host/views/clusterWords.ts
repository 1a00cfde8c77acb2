import type { ClusterState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import type { RowIcon } from './row.ts';

/** How a cluster's state is shown: a word beside its name, an icon, and what else must be said, a line each. */
export interface ClusterWords {
  readonly word?: string | undefined;
  readonly icon: RowIcon;
  readonly notices: readonly string[];
}

/** Puts a cluster's state into words; a state that could not be read is said, never left out. */
export function clusterWords({ status }: ClusterState, t: Translate): ClusterWords {
  switch (status.kind) {
    case 'connected':
      return { icon: { name: 'server-environment' }, notices: [] };
    case 'connecting':
      return { word: t('connecting…'), icon: { name: 'loading' }, notices: [] };
    case 'waiting':
      return programWords(status.program, t);
    case 'partly-forbidden':
      return { word: t('partly forbidden'), icon: { name: 'lock' }, notices: status.denied };
    case 'stale':
      return {
        word: t('stale since {0}, reconnecting', timeOfDay(status.since)),
        icon: { name: 'history' },
        notices: [status.message],
      };
    case 'offline':
      // Why is said in full above the tree (`appsSummary`), where there is room for it.
      return { word: t('offline'), icon: { name: 'debug-disconnect' }, notices: [] };
    case 'no-reconciler':
      return {
        word: t('no reconciler'),
        icon: { name: 'server-environment' },
        notices: [t('This cluster serves neither Argo CD’s nor Flux’s kinds.')],
      };
  }
}

/** `10:42` in the person's own time zone, for an RFC 3339 time. */
function timeOfDay(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A program that takes its time for credentials mostly waits for a person, in a browser or for a key to be touched. */
function programWords(program: string, t: Translate): ClusterWords {
  const notice = t('{0} gets the credentials and may be waiting for you to log in. Disconnect to end it.', program);
  const name = program.split(/[/\\]/).at(-1) ?? program;
  return { word: t('waiting for {0}', name), icon: { name: 'loading' }, notices: [notice] };
}
