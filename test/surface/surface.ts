import { reduceSecret } from '../../src/core/diff/secrets.ts';
import { compareObject } from '../../src/core/diff/compareObject.ts';
import type { DiffInput } from '../../src/core/diff/diffInput.ts';
import type { ObjectDiff } from '../../src/core/model/difference.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject, nameOf } from '../../src/core/model/resource.ts';
import type { Applier, Declared } from './appliers.ts';
import { Lessons } from './generator.ts';
import { collectionOf, identify, pathOfObject } from './identity.ts';
import type { Random } from './random.ts';
import { solve, withoutForgotten } from './solver.ts';
import type { SurfaceApi } from './surfaceApi.ts';
import type { SurfaceKind } from './surfaceKinds.ts';

/** A body that the server takes for a kind. */
export interface Sample {
  readonly kind: SurfaceKind;
  readonly body: JsonObject;
  /** The object as the server would keep it. */
  readonly kept: Json;
}

/** Samples of every kind, what could not be made and why, and the fields that this server forgets. */
export interface Samples {
  readonly samples: readonly Sample[];
  readonly unsolved: readonly string[];
  readonly forgotten: readonly string[];
}

/** An object as it was applied, and by whom. */
export interface Applied extends Declared {
  readonly applier: Applier;
}

/** The number of dry-runs; no object is kept under it. */
const dryRunSerial = 99_999;

/** Generates samples of each kind by dry-runs: one with what is required, the others richer. */
export async function makeSamples(
  api: SurfaceApi,
  random: Random,
  kinds: readonly SurfaceKind[],
  richnesses: readonly number[],
): Promise<Samples> {
  const lessons = new Lessons();
  const made: Sample[] = [];
  const unsolved: string[] = [];
  for (const kind of kinds) {
    const path = `${collectionOf(kind, 'default')}?dryRun=All`;
    for (const richness of richnesses) {
      const name = `${kind.apiVersion} ${kind.kind} ${richness}`;
      const draw = (round: number): ReturnType<typeof solve> =>
        solve({ random: random.fork(`${name} ${round}`), lessons, richness }, kind, (each) =>
          api.post(path, identify(kind, each, { namespace: 'default', serial: dryRunSerial })),
        );
      const { body, kept, refusal } = await firstSolved(draw);
      if (body !== undefined && kept !== undefined) made.push({ kind, body, kept });
      else unsolved.push(`${name}: ${refusal ?? ''}`);
    }
  }
  // What one sample taught holds for those made before it.
  const samples = made.map((each) => ({
    ...each,
    body: withoutForgotten(lessons, each.kind.schema, each.body, each.kept),
  }));
  return { samples, unsolved, forgotten: [...lessons.forgotten].sort() };
}

const mostDraws = 4;

/** A draw may paint itself into a corner that the server's refusals do not lead out of; the next one knows what they taught. */
async function firstSolved(draw: (round: number) => ReturnType<typeof solve>): ReturnType<typeof solve> {
  for (let round = 0; round < mostDraws - 1; round += 1) {
    const solved = await draw(round);
    if (solved.body !== undefined) return solved;
  }
  return draw(mostDraws - 1);
}

/** Creates the namespaces of one applier, and waits until pods can be created there. */
export async function makeNamespaces(
  api: SurfaceApi,
  ready: (path: string) => Promise<void>,
  index: number,
): Promise<void> {
  for (const name of [namespaceOf(index), limitedNamespaceOf(index)]) {
    await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await ready(`/api/v1/namespaces/${name}/serviceaccounts/default`);
  }
}

function namespaceOf(index: number): string {
  return `surface-${index}`;
}

/** Limits and quotas would change or refuse what stands beside them. */
function limitedNamespaceOf(index: number): string {
  return `surface-limits-${index}`;
}

/** The samples as objects of their own for one applier. */
export function declare(samples: readonly Sample[], index: number): readonly Declared[] {
  const metadata = { labels: { 'example.com/team': 'surface' }, annotations: { 'example.com/note': 'as declared' } };
  return samples.map(({ kind, body }, at) => {
    const isLimit = kind.kind === 'LimitRange' || kind.kind === 'ResourceQuota';
    const namespace = isLimit ? limitedNamespaceOf(index) : namespaceOf(index);
    return { kind, object: identify(kind, body, { namespace, serial: index * samples.length + at, metadata }) };
  });
}

/** Reads an object back and compares it as the product does. */
export async function compareApplied(api: SurfaceApi, applied: Applied, tools: Tools): Promise<ObjectDiff> {
  const answer = await api.get(pathOfObject(applied.kind, applied.object));
  return compareWith(applied, answer.body, tools);
}

/** What a comparison needs beside the two sides. */
export type Tools = Required<Pick<DiffInput, 'schemas' | 'hasher'>>;

/** Compares an applied object with what the server returned, Secrets reduced as at the edge. */
export function compareWith({ applier, object }: Applied, read: Json, { schemas, hasher }: Tools): ObjectDiff {
  const whole = asKubeObject(read);
  const live = whole && hasher ? reduceSecret(whole, hasher) : whole;
  const facts = applier.factsFor(object, live ?? object);
  return compareObject({ desired: object, live, ...facts, schemas, hasher });
}

/** The differences of an object in one line for people. */
export function describeDiff({ kind, object }: Declared, diff: ObjectDiff): string {
  const fields = diff.fields.map(({ path, change, desired, live, by }) =>
    `${change} ${path} ${JSON.stringify(desired)} / ${JSON.stringify(live)} by ${String(by)}`.slice(0, 300),
  );
  return `${kind.apiVersion} ${kind.kind} ${nameOf(object)}: ${diff.verdict} ${diff.reason ?? ''} ${fields.join('; ')}`;
}
