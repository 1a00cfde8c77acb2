import { argoSettingsName } from '../argocd/argoSettings.ts';
import { targetKey } from '../live/liveStore.ts';
import type { TargetKey } from '../live/liveStore.ts';
import type { NeededObject } from '../live/selectTargets.ts';
import { parseKey } from '../model/resource.ts';
import type { ResourceId } from '../model/resource.ts';
import type { WatchTarget } from '../ports.ts';

/**
 * What a cluster does not let a person see of what is needed, in exact words: one sentence for each namespace, since rights
 * are given by namespace. What is seen by name, for `asked` holds its selection, is no loss.
 */
export function refusalWords(
  refused: readonly WatchTarget[],
  needed: readonly NeededObject[],
  asked: ReadonlySet<TargetKey>,
): readonly string[] {
  const wanted = needed.map(({ key }) => parseKey(key));
  const hidden = refused.flatMap((target) => hiddenBy(target, wanted, asked));
  const namespaces = [...new Set(hidden.map(({ target }) => target.namespace))];
  const words = namespaces.map((namespace) => {
    const own = hidden.filter(({ target }) => target.namespace === namespace);
    const kinds = new Map(
      own.map(({ target, isPart }) => [target.plural, isPart ? `all ${target.plural}` : target.plural]),
    );
    // The namespace first: a row of the tree shows the first words only.
    return `${namespace ?? 'whole cluster'}: may not list ${[...kinds.values()].sort().join(', ')}`;
  });
  const settings = hidden.flatMap(({ unseen }) => unseen.filter(isSettings).map(settingsWords));
  return [...words, ...settings];
}

interface Hidden {
  readonly target: WatchTarget;
  readonly unseen: readonly ResourceId[];
  /** Some of what is needed is seen by name. */
  readonly isPart: boolean;
}

function hiddenBy(
  target: WatchTarget,
  wanted: readonly ResourceId[],
  asked: ReadonlySet<TargetKey>,
): readonly Hidden[] {
  // What is refused by name was refused as a whole before.
  if (target.name !== undefined) return [];
  const { group, kind, namespace } = target;
  const own = wanted.filter(
    (id) => id.group === group && id.kind === kind && (namespace === undefined || id.namespace === namespace),
  );
  const unseen = own.filter(
    ({ name, namespace: place }) => !asked.has(targetKey({ group, kind, namespace: place, name })),
  );
  // Of a selection over which nothing is needed (reconcilers' objects) the refusal itself is what is known.
  return own.length > 0 && unseen.length === 0 ? [] : [{ target, unseen, isPart: unseen.length < own.length }];
}

function isSettings({ group, kind, name }: ResourceId): boolean {
  return group === '' && kind === 'ConfigMap' && name === argoSettingsName;
}

/** What it means that the ConfigMap beside an Argo CD may not be read. */
function settingsWords({ namespace, name }: ResourceId): string {
  return `${namespace ?? 'whole cluster'}: may not read ${name}, so ignored differences and health scripts that it sets are not known`;
}
