import { isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { JsonPointer, Remark } from '../model/difference.ts';
import { annotationOf } from '../model/resource.ts';
import { pointerOf, wordsOfPath } from '../model/words.ts';
import type { PreparedPair } from './preparedPair.ts';
import { isArgo } from './diffInput.ts';
import type { DiffInput } from './diffInput.ts';
import { isEncrypted } from './encrypted.ts';
import type { PlacedFinding } from './findings.ts';
import type { Ignoring } from './ignoreRules.ts';
import { unmanagedChanges } from './unmanaged.ts';
import { readDuration } from './quantity.ts';
import { childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';
import { isMigrating, trackingIdAnnotation } from './stamps.ts';
import { unknownOrigins } from './unknownOrigin.ts';

/** What remarks are drawn from. */
export interface SortedFindings {
  readonly own: readonly PlacedFinding[];
  readonly external: readonly PlacedFinding[];
  readonly ignored: readonly PlacedFinding[];
  readonly ignoring: Ignoring;
  readonly unstable: ReadonlySet<JsonPointer>;
}

/** Advice beside the verdict; none of it changes what was found. */
export function remarksOf(input: DiffInput, pair: PreparedPair, found: SortedFindings): readonly Remark[] {
  return [
    ...found.ignored.map(ignoredRemark),
    ...found.ignoring.unread.map((expression) => ({
      kind: 'not-understood',
      message: `The rule ${expression} is more than this program reads; what it names is compared.`,
    })),
    ...[...found.unstable].map((path) => ({
      kind: 'unstable-render',
      path,
      message: `Two renders disagree on ${wordsOfPath(path)}, so no value of it can be in sync.`,
    })),
    ...encryptedRemarks(input),
    ...adoptionRemarks(input, found.own),
    ...leftoverRemarks(input, pair, found.own),
    ...found.own.flatMap(durationRemark),
    ...replaceRemarks(pair, found.own),
    ...found.own.flatMap((finding) => rekeyedRemark(pair, finding)),
    ...unknownOrigins(input, pair),
    ...unmanagedChanges(input, pair, found.own),
  ];
}

function encryptedRemarks({ desired }: DiffInput): readonly Remark[] {
  if (desired === undefined || !isEncrypted(desired)) return [];
  return [{ kind: 'encrypted', message: 'SOPS encrypts it: its keys were compared, its values were not.' }];
}

function ignoredRemark(finding: PlacedFinding): Remark {
  const path = pointerOf(finding.place);
  return { kind: 'ignored', path, message: `${wordsOfPath(path)} differs; an ignore rule names it.` };
}

/** Missing marks of the tool mean that it does not own the object yet. */
function adoptionRemarks(input: DiffInput, own: readonly PlacedFinding[]): readonly Remark[] {
  const { app, live } = input;
  if (app !== undefined && isArgo(input.manager.tool) && isMigrating(app, live)) {
    return [{ kind: 'tracking-migrates', message: 'The app moved from label to annotation tracking.' }];
  }
  const marks = own.filter(({ place }) => place[0] === 'metadata' && isOwnerMark(String(place[2])));
  if (marks.some(({ change }) => change === 'add')) {
    return [
      { kind: 'adoption', message: 'The object exists but is not owned by the app yet; the next run adopts it.' },
    ];
  }
  return marks.length > 0 ? [{ kind: 'shared', message: 'Another app owns this object too.' }] : [];
}

function isOwnerMark(name: string): boolean {
  return name === trackingIdAnnotation || /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\/name(?:space)?$/.test(name);
}

/** A key that went from `stringData` stays in `data`: only a writer of `data` itself takes it away. */
function leftoverRemarks(input: DiffInput, pair: PreparedPair, own: readonly PlacedFinding[]): readonly Remark[] {
  if (pair.live.kind !== 'Secret' || input.manager.tool === 'flux-kustomize') return [];
  return own
    .filter(({ change, place }) => change === 'remove' && place[0] === 'data' && !isHeldAsData(pair, String(place[1])))
    .map(({ place }) => ({
      kind: 'apply-will-not-remove',
      path: pointerOf(place),
      message: 'It was declared as stringData, of which an apply removes nothing: delete the key by hand.',
    }));
}

function isHeldAsData(pair: PreparedPair, key: string): boolean {
  const text = annotationOf(pair.live, 'kubectl.kubernetes.io/last-applied-configuration') ?? '';
  const held = pair.entries.some(({ operation, fields }) => operation === 'Apply' && hasDataField(fields, key));
  return held || /"data":\{[^}]*/.exec(text)?.[0].includes(`"${key}":`) === true;
}

function hasDataField(fields: Json, key: string): boolean {
  return isObject(fields) && isObject(fields['f:data']) && `f:${key}` in fields['f:data'];
}

/** Plain strings are never normalised, but the reader should see that two spellings mean one duration (argo-cd#6008). */
function durationRemark({ change, desired, live, place }: PlacedFinding): readonly Remark[] {
  if (change !== 'modify' || desired === undefined || live === undefined) return [];
  const seconds = readDuration(desired);
  if (seconds === undefined || seconds !== readDuration(live)) return [];
  const message = 'Both spellings mean the same duration; write it in Git as it stands in the cluster.';
  return [{ kind: 'equal-as-duration', path: pointerOf(place), message }];
}

/** Another key is another item: an apply adds it beside the one in live, and the API refuses two of one name. */
function rekeyedRemark({ type }: PreparedPair, { change, place }: PlacedFinding): readonly Remark[] {
  if (change !== 'modify' || type === undefined || place.length < 3) return [];
  const list = place.slice(0, -2).reduce<TypeNode>(childType, type);
  if (list.kind !== 'list' || !list.keys.includes(String(place.at(-1)))) return [];
  const path = pointerOf(place.slice(0, -1));
  const message = `An apply would hold two items in place of ${wordsOfPath(path)}, which the API refuses: change it back in the cluster first.`;
  return [{ kind: 'sync-will-fail', path, message }];
}

/** Fields that the API refuses to change, by kind; `*` stands for any kind. */
const immutableFields: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['/spec/selector'],
  ReplicaSet: ['/spec/selector'],
  DaemonSet: ['/spec/selector'],
  StatefulSet: ['/spec/selector', '/spec/serviceName', '/spec/volumeClaimTemplates', '/spec/podManagementPolicy'],
  Job: ['/spec/selector', '/spec/template', '/spec/completionMode'],
  RoleBinding: ['/roleRef'],
  ClusterRoleBinding: ['/roleRef'],
  StorageClass: ['/provisioner', '/parameters', '/reclaimPolicy', '/volumeBindingMode'],
  PersistentVolumeClaim: ['/spec/accessModes', '/spec/storageClassName', '/spec/volumeName', '/spec/selector'],
  Secret: ['/type'],
};

function replaceRemarks(pair: PreparedPair, own: readonly PlacedFinding[]): readonly Remark[] {
  const isFrozen = pair.live.immutable === true;
  const roots = [
    ...(immutableFields[pair.live.kind] ?? []),
    ...(isFrozen ? ['/data', '/binaryData', '/stringData'] : []),
  ];
  return roots
    .filter((root) => own.some(({ place }) => `${pointerOf(place)}/`.startsWith(`${root}/`)))
    .map((path) => ({
      kind: 'needs-replace',
      path,
      message: `The API does not allow changing ${wordsOfPath(path)}: the object must be deleted and created again.`,
    }));
}
