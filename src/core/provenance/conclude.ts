import type { App } from '../model/app.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { splitMounted } from '../model/remoteNeed.ts';
import type { Provenance, RoledPlace } from '../model/provenance.ts';
import type { Collection } from './collection.ts';
import { valueAtTokens } from './exchange.ts';
import { helmRoles } from './helmRoles.ts';
import { hangsOnLookup } from './lookupDoubt.ts';
import { openReason } from './openReason.ts';
import { leavingAlone } from './prove.ts';
import type { Proof, Question } from './prove.ts';
import {
  aliasesTo,
  firstCandidates,
  namedBy,
  overriddenBy,
  selectorsOf,
  takenIn,
  valueTaking,
  viaOf,
} from './roles.ts';
import { pieceFor, touchesPiece } from './splice.ts';
import type { Writing } from './writing.ts';

/** What is wanted of an answer. */
export interface Aim {
  /** The value that somebody wants in the field; of a joined value it tells which piece is meant. */
  readonly toward?: Json | undefined;
  /** Name every scalar that loses against the one that decides, by exchange; costs more renderings. */
  readonly isComplete?: boolean | undefined;
}

/** What the proofs say together: the scalar that decides the field with what stands beside it, or why none is named. */
export async function conclude(
  question: Question,
  proofs: readonly Proof[],
  collection: Collection,
  { toward, isComplete = false }: Aim,
  app: App,
): Promise<Provenance> {
  const { field, exchanger } = question;
  const chosen =
    proofs.find((each) => toward === undefined || pieceFor(each.splice, toward) !== undefined) ?? proofs[0];
  if (chosen === undefined) return unproven(question, collection);
  const doubt = doubtAbout(chosen, question, toward) ?? (await doubtOfCluster(chosen, question, collection, app));
  if (doubt !== undefined) return doubt;
  const overridden = overriddenBy(chosen.writing, field, question.object, collection);
  // Behind a position in a list, or a transformer that looks at what it changes, only an exchange tells who loses.
  const isInList = field.tokens.some((token) => /^\d+$/.test(token));
  const losing = isComplete ? await leavingAlone(question, overridden) : isInList ? [] : overridden;
  const isSealed = await collection.isSealed(chosen.writing.place.file, exchanger.signal);
  return proven({ ...chosen, isSealed }, proofs, losing, question, collection);
}

/** An answer without a place; what nobody can open is not named beside it. */
export function unknown(why: string, also: readonly RoledPlace[] = []): Provenance {
  return { kind: 'unknown', why, also: also.filter(({ place }) => splitMounted(place.file) === undefined) };
}

function unproven(question: Question, { writings }: Collection): Provenance {
  const why = question.exchanger.isSpent
    ? 'No place could be proven within the bound of renderings.'
    : (openReason(question) ??
      'No scalar of the repository could be shown to decide it: the value may be computed, generated or joined.');
  return unknown(why, firstCandidates(writings, question.field, question.value));
}

/** The suffix of generated names (kustomize `hasher`: ten letters and digits that cannot be mistaken for each other). */
const contentHash = /^-[2456789bcdfghkmt]{10}$/;

/** Why a proven scalar is not the answer, as far as the app's files tell. */
function doubtAbout(
  { writing: { place }, splice }: Proof,
  question: Question,
  toward: Json | undefined,
): Provenance | undefined {
  const fetched = splitMounted(place.file);
  if (fetched !== undefined)
    return unknown(`It is written in ${fetched.rest} of what was fetched from elsewhere, not in this repository.`);
  if (contentHash.test(splice.after)) {
    const why = 'The name is joined with a hash of the generated content, which stands nowhere.';
    return unknown(why, [{ place, role: 'input' }]);
  }
  if (toward !== undefined && !touchesPiece(splice, question.value, toward)) {
    const why =
      'The value is joined from pieces, and the piece that differs could not be shown to be a scalar of its own.';
    return unknown(why, [{ place, role: 'part' }]);
  }
  const open = openReason(question);
  return open === undefined ? undefined : unknown(open, [{ place, role: 'candidate' }]);
}

/** Why a proven scalar is not the answer because the cluster may decide otherwise. */
async function doubtOfCluster(
  { writing: { place } }: Proof,
  question: Question,
  collection: Collection,
  app: App,
): Promise<Provenance | undefined> {
  // Argo CD renders without a cluster, so that the answer is always empty there.
  if (app.kind !== 'argo-application' && (await hangsOnLookup(question, collection))) {
    const why =
      'A template asks the cluster for this value (lookup); the repository decides it only where that finds nothing.';
    return unknown(why, [{ place, role: 'candidate' }]);
  }
  if (!(await changesWithTheUnseen(app, question))) return undefined;
  const why = 'A ConfigMap or Secret that is not in the repository may set this variable in the cluster.';
  return unknown(why, [{ place, role: 'candidate' }]);
}

function proven(
  chosen: Proof & { readonly isSealed: boolean },
  proofs: readonly Proof[],
  losing: readonly Writing[],
  { before, field, value }: Question,
  collection: Collection,
): Provenance {
  const { writing, splice } = chosen;
  const origin = before.objects.find((each) => each.key === field.key)?.origin?.path;
  const parts = proofs
    .filter((each) => each.writing !== chosen.writing)
    .map(({ writing: { place } }) => ({ place, role: 'part' }) as const);
  return {
    kind: 'proven',
    place: writing.place,
    via: viaOf(writing, field, value, collection),
    encoding: splice.encoding,
    also: [
      ...parts,
      ...losing.map(({ place }) => ({ place, role: 'overridden-base' }) as const),
      ...helmRoles(valueTaking(writing, collection), collection, origin),
      ...takenIn(writing, field, collection),
      ...aliasesTo(writing, field, collection),
      ...selectorsOf(writing),
      ...namedBy(writing, collection),
    ].filter(({ place }) => splitMounted(place.file) === undefined),
    writing: {
      before: splice.before,
      after: splice.after,
      isEscaped: splice.isEscaped,
      isConverted: typeof value === 'string' && ['number', 'boolean'].includes(typeof writing.value),
      value: writing.value,
      style: writing.style,
      isFlow: writing.isFlow,
      ...(chosen.isSealed && { isSealed: true }),
      outerStyle: writing.outerStyle,
    },
  };
}

/** Whether the field would differ if the ConfigMaps and Secrets outside the repository set every variable they may set. */
async function changesWithTheUnseen(app: App, { field, exchanger, value }: Question): Promise<boolean> {
  const postBuild = isObject(app.declared?.object.spec) ? app.declared.object.spec.postBuild : undefined;
  if (app.kind !== 'flux-kustomization' || !isObject(postBuild) || !isList(postBuild.substituteFrom)) return false;
  const rendering = await exchanger.render({ unseenVariables: 'plumbunseen' });
  const object = rendering.objects.find((each) => each.key === field.key)?.object;
  return object === undefined || valueAtTokens(object, field.tokens) !== value;
}
