import { isObject, listAt, objectAt, stringAt, stringsAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';

/**
 * What an ApplicationSet lays down for one of its Applications beside its content, a sentence each (argo-cd
 * `operator-manual/applicationset`: Progressive-Syncs, Controlling-Resource-Modification).
 */
export function setRules(set: KubeObject, application: JsonObject): readonly string[] {
  const spec = objectAt(set, 'spec');
  return [
    rollout(spec, application),
    modification[stringAt(spec, 'syncPolicy', 'applicationsSync') ?? ''],
    valueAt(spec, 'syncPolicy', 'preserveResourcesOnDeletion') === true
      ? 'Its objects stay when the Application is deleted (preserveResourcesOnDeletion).'
      : undefined,
    preserved(spec),
    ignored(spec, stringAt(application, 'metadata', 'name') ?? ''),
  ].filter((each) => each !== undefined);
}

const modification: Readonly<Record<string, string>> = {
  'create-only': 'Argo CD creates it and never changes or deletes it (applicationsSync: create-only).',
  'create-update': 'Argo CD creates and changes it and never deletes it (applicationsSync: create-update).',
  'create-delete': 'Argo CD creates and deletes it and never changes it (applicationsSync: create-delete).',
};

function rollout(spec: JsonObject | undefined, application: JsonObject): string | undefined {
  if (stringAt(spec, 'strategy', 'type') !== 'RollingSync') return undefined;
  const steps = listAt(spec, 'strategy', 'rollingSync', 'steps');
  const step = steps.findIndex((each) => listAt(each, 'matchExpressions').every((rule) => isMatch(rule, application)));
  const all = `The set is rolled out in ${String(steps.length)} steps (RollingSync)`;
  if (step < 0) return `${all}; no step takes this Application, so that nothing syncs it by itself.`;
  const limit = valueAt(steps[step], 'maxUpdate');
  const atOnce = typeof limit === 'string' || typeof limit === 'number' ? `, ${String(limit)} of the step at once` : '';
  return `${all}; this Application is in step ${String(step + 1)}${atOnce}.`;
}

/** A rule on the Application's labels; operators are `In` and `NotIn`. */
function isMatch(rule: Json, application: JsonObject): boolean {
  const label = stringAt(application, 'metadata', 'labels', stringAt(rule, 'key') ?? '');
  const isNamed = label !== undefined && stringsAt(rule, 'values').includes(label);
  return stringAt(rule, 'operator') === 'NotIn' ? !isNamed : isNamed;
}

function preserved(spec: JsonObject | undefined): string | undefined {
  const kept = ['annotations', 'labels'].flatMap((kind) =>
    stringsAt(objectAt(spec, 'preservedFields'), kind).map((key) => `${kind.slice(0, -1)} ${key}`),
  );
  return kept.length === 0 ? undefined : `Left as it is in the cluster: ${kept.join(', ')} (preservedFields).`;
}

function ignored(spec: JsonObject | undefined, application: string): string | undefined {
  const rules = listAt(spec, 'ignoreApplicationDifferences').filter(isObject);
  const own = rules.filter((rule) => [undefined, '', application].includes(stringAt(rule, 'name')));
  const paths = own.flatMap((rule) => [...stringsAt(rule, 'jsonPointers'), ...stringsAt(rule, 'jqPathExpressions')]);
  if (paths.length === 0) return undefined;
  return `The set does not set back what somebody changes at ${paths.join(', ')} (ignoreApplicationDifferences).`;
}
