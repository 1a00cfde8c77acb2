import type { OverviewState } from '../../core/overview/state.ts';
import { exemptionFor } from '../../core/policy/policyException.ts';
import { codeOf } from '../../core/policy/policyFindings.ts';
import { refOf } from '../../core/policy/policyVerdict.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import type { Translate } from '../text.ts';
import type { AskedSpot, PlannedAction } from './plannedAction.ts';

/** What can be done about the policy results that a file shows at some places. */
export function planPolicyActions(state: OverviewState, at: AskedSpot, t: Translate): readonly PlannedAction[] {
  return verdictsIn(state, at).flatMap((verdict) => planOne(verdict, t));
}

function planOne(verdict: PolicyVerdict, t: Translate): readonly PlannedAction[] {
  const { policy, wanted } = verdict.result;
  const fix = wanted === undefined ? undefined : t('Set the value that {0} asks for…', policy);
  const exempt = exemptionFor(verdict) === undefined ? undefined : t('Request an exception from {0}…', policy);
  const actions = [
    [fix, 'plumbline.fixPolicy', true],
    [t('Explain what {0} says', policy), 'plumbline.explainPolicy', false],
    [t('Open policy {0}', policy), 'plumbline.openPolicy', false],
    [exempt, 'plumbline.requestException', false],
  ] as const;
  return actions.flatMap(([title, command, isFix]) =>
    title === undefined ? [] : [{ title, command, about: refOf(verdict), isFix }],
  );
}

function verdictsIn({ apps }: OverviewState, { file, isMeant }: AskedSpot): readonly PolicyVerdict[] {
  const shown = apps.flatMap(({ policies = [] }) => policies).filter(({ result }) => codeOf(result) !== undefined);
  return shown.filter(
    ({ provenance }) => provenance?.kind === 'proven' && provenance.place.file === file && isMeant(provenance.place),
  );
}
