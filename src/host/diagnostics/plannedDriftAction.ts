import type { Place } from '../../core/model/place.ts';
import { describeKey } from '../../core/model/resource.ts';
import { wordsOfPath, wordsOfValue } from '../../core/model/words.ts';
import type { AppState, OverviewState, PlacedDifference } from '../../core/overview/state.ts';
import type { EditAnswer } from '../../core/provenance/editFor.ts';
import type { Translate } from '../text.ts';
import type { AskedSpot, PlannedAction } from './plannedAction.ts';

/** What can be done about the drift that a file shows at some places. */
export function planDriftActions(
  { apps }: OverviewState,
  at: AskedSpot,
  acceptanceOf: (difference: PlacedDifference) => EditAnswer,
  t: Translate,
): readonly PlannedAction[] {
  return apps.flatMap((state) =>
    state.differences.flatMap((difference) => {
      const place = shownAt(state, difference);
      if (place?.file !== at.file || !at.isMeant(place)) return [];
      return planOne(state, difference, acceptanceOf(difference), t);
    }),
  );
}

/** As diagnostics are shown: on the proven scalar, else on the app's own manifest. */
function shownAt({ app }: AppState, { origin, provenance }: PlacedDifference): Place | undefined {
  if (origin !== 'drift' || provenance === undefined) return undefined;
  return provenance.kind === 'proven' ? provenance.place : app.declared?.place;
}

function planOne(
  { app }: AppState,
  { origin, object, field }: PlacedDifference,
  answer: EditAnswer,
  t: Translate,
): readonly PlannedAction[] {
  const about = { kind: 'difference', app: app.id, object, origin, path: field?.path } as const;
  const what = `${app.name}: ${describeKey(object)}, ${wordsOfPath(field?.path ?? '')}`;
  if (answer.kind === 'edit') {
    const title = t('Accept live value {0} into Git ({1})…', wordsOfValue(field?.live), what);
    return [{ title, command: 'plumbline.acceptLive', about }];
  }
  // What has no other value in the cluster was never a candidate.
  if (answer.code === 'no-live-value') return [];
  const title = t('The live value cannot be accepted into Git ({0}): {1}', what, answer.why);
  return [{ title, command: 'plumbline.explainDifference', about }];
}
