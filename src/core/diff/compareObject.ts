import type { ObjectDiff, Remark, Verdict } from '../model/difference.ts';
import type { KubeObject } from '../model/resource.ts';
import { pointerOf } from '../model/words.ts';
import { clearedByDryRun, confirmByDryRun, serverRemarks } from './confirm.ts';
import type { DiffInput } from './diffInput.ts';
import { isEncrypted, isEncryptedValue } from './encrypted.ts';
import { isHeldByRight } from './externalWriters.ts';
import { placeFinding, toDifference } from './findings.ts';
import type { PlacedFinding } from './findings.ts';
import { ignoringFor, isIgnoredAll } from './ignoreRules.ts';
import type { Ignoring } from './ignoreRules.ts';
import { judgeUncompared } from './judgeUncompared.ts';
import { valueUnder } from './path.ts';
import { preparePair } from './preparedPair.ts';
import type { PreparedPair } from './preparedPair.ts';
import { remarksOf } from './remarks.ts';
import type { SortedFindings } from './remarks.ts';
import { searchPair } from './searchPair.ts';
import { unstablePaths } from './unstable.ts';

/**
 * Says whether live is what Git declares, and if not, field by field, by the rules of the diff cases: declared fields
 * only; removals only where it is proven that Git once declared them; values by their field's format. Pure and stateless.
 */
export function compareObject(input: DiffInput): ObjectDiff {
  const judged = judgeUncompared(input);
  if (judged?.verdict === 'missing') return { ...judged, remarks: [...judged.remarks, ...serverRemarks(input, [])] };
  if (judged !== undefined) return judged;
  const { desired, live } = input;
  if (desired === undefined || live === undefined) return { verdict: 'unknown', fields: [], remarks: [] };
  const pair = preparePair(input, desired, live);
  const found = searchPair(input, pair)
    .map((finding) => placeFinding(finding, pair, input))
    .filter((each) => !isUnreadable(desired, each));
  const open = found.flatMap((finding) => undecidedBy(input, finding));
  const placed = open.length === 0 ? found : found.filter((finding) => undecidedBy(input, finding).length === 0);
  const [first] = open;
  if (first !== undefined && placed.length === 0) {
    return { verdict: 'unknown', fields: [], remarks: open, reason: first.message };
  }
  const judgement = doubt(input, pair, placed) ?? judge(input, pair, placed);
  return open.length === 0 ? judgement : { ...judgement, remarks: [...judgement.remarks, ...open] };
}

/** Why a finding proves nothing: something outside the repository decides the field. */
function undecidedBy({ app }: DiffInput, { place }: PlacedFinding): readonly Remark[] {
  const path = pointerOf(place);
  const by = app?.undecided?.find((each) => path === each.path || path.startsWith(`${each.path}/`));
  return by === undefined ? [] : [{ kind: 'undecided', path, message: by.why }];
}

/** What is encrypted in Git cannot be compared, only that it is there. */
function isUnreadable(desired: KubeObject, { change, place }: PlacedFinding): boolean {
  return change === 'modify' && isEncrypted(desired) && isEncryptedValue(valueUnder(desired, place));
}

/** Findings that prove nothing, since the two sides were not made to be compared. */
function doubt(input: DiffInput, pair: PreparedPair, found: readonly PlacedFinding[]): ObjectDiff | undefined {
  const own = found.filter(({ place }) => place[0] !== 'metadata');
  if (own.length === 0) return undefined;
  const { desired, live } = pair;
  if (desired.apiVersion !== live.apiVersion) {
    const reason = `Git declares ${desired.apiVersion}, and the object was read as ${live.apiVersion}.`;
    return { verdict: 'unknown', fields: [], remarks: [], reason };
  }
  const lookups = input.app?.lookups;
  if (lookups?.isAnswered !== false || lookups.asked.length === 0) return undefined;
  const reason = `The chart looks up ${lookups.asked.join(', ')} in the cluster, which the render was not told.`;
  return { verdict: 'unknown', fields: [], remarks: [{ kind: 'lookup', message: reason }], reason };
}

/** Sorts findings into what counts and what is only remarked, and draws the verdict. */
function judge(input: DiffInput, pair: PreparedPair, placed: readonly PlacedFinding[]): ObjectDiff {
  if (placed.length === 0 && input.app?.secondRender === undefined) {
    return { verdict: 'in-sync', fields: [], remarks: quietRemarks(input, pair) };
  }
  const ignoring = ignoringFor(input, pair.desired, pair.live);
  const unstable = unstablePaths(input);
  const ignored = placed.filter((finding) => isIgnored(ignoring, finding));
  const kept = placed.filter((finding) => !ignored.includes(finding));
  const isUnstable = (finding: PlacedFinding): boolean => unstable.has(pointerOf(finding.place));
  const external = kept.filter((finding) => isUnstable(finding) || isHeldByRight(input, pair.desired, finding));
  const cleared = clearedByDryRun(input, pair, kept);
  const own = kept.filter((finding) => !external.includes(finding) && !cleared.includes(finding));
  const verdict = verdictOf(own, external);
  const fields = verdict === 'external' ? external : own;
  return {
    verdict,
    ...(verdict === 'suspect' && { confirmed: confirmByDryRun(input, pair, own) }),
    fields: fields.map(toDifference),
    remarks: [
      ...(input.problems ?? []).map(toRemark),
      ...remarksOf(input, pair, { own, external, ignored, ignoring, unstable }),
      ...serverRemarks(input, cleared),
    ],
  };
}

/** What is still to be said of an object without findings. */
function quietRemarks(input: DiffInput, pair: PreparedPair): readonly Remark[] {
  return [...(input.problems ?? []).map(toRemark), ...remarksOf(input, pair, nothing), ...serverRemarks(input, [])];
}

const nothing: SortedFindings = {
  own: [],
  external: [],
  ignored: [],
  ignoring: { paths: [], managers: [], unread: [] },
  unstable: new Set(),
};

function toRemark(problem: {
  readonly kind: string;
  readonly message: string;
  readonly path?: string | undefined;
}): Remark {
  const { kind, message, path } = problem;
  return { kind, message, path };
}

function isIgnored(ignoring: Ignoring, finding: PlacedFinding): boolean {
  if (finding.change === 'modify' && finding.writer && ignoring.managers.includes(finding.writer.manager)) return true;
  if (ignoring.paths.length === 0) return false;
  const value = finding.change === 'remove' ? finding.live : finding.desired;
  return isIgnoredAll(ignoring, finding.place, value) || isIgnoredAll(ignoring, finding.livePlace, value);
}

function verdictOf(own: readonly PlacedFinding[], external: readonly PlacedFinding[]): Verdict {
  if (own.length === 0) return external.length > 0 ? 'external' : 'in-sync';
  if (own.some((finding) => finding.certainty === 'invalid')) return 'invalid';
  const sure = own.filter((finding) => finding.certainty === 'sure');
  if (sure.length === 0) return 'suspect';
  return sure.some((finding) => finding.change !== 'remove') ? 'modified' : 'removed';
}
