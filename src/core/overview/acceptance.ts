import { describeKey, isSecretValue } from '../model/resource.ts';
import { wordsOfPath } from '../model/words.ts';
import { editFor } from '../provenance/editFor.ts';
import type { EditAnswer } from '../provenance/editFor.ts';
import type { PlacedDifference } from './state.ts';

/** What to write so that Git declares what the cluster runs, or why it cannot be written; each reason is a sentence for people. */
export function acceptanceOf({ origin, object, field, provenance }: PlacedDifference): EditAnswer {
  const what = `${describeKey(object)}, ${wordsOfPath(field?.path ?? '')}`;
  if (origin !== 'drift' || field?.live === undefined || field.change !== 'modify') {
    const why = `Only a field with another value in the cluster can be accepted (${what}).`;
    return { kind: 'refused', code: 'no-live-value', why, also: [] };
  }
  if (isSecretValue(object, field.path)) {
    const why = `Values of Secrets are never read, so they cannot be written (${what}).`;
    return { kind: 'refused', code: 'secret', why, also: [] };
  }
  return editFor(provenance, field.live);
}
