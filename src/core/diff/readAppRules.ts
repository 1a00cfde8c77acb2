import { isObject, objectAt, stringAt, stringsAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { AppFacts, ArgoIgnoreRule, FluxIgnoreRule } from './diffInput.ts';

/** Reads an Argo CD Application's `spec.ignoreDifferences`; entries that are no maps are left out. */
export function readArgoRules(rules: readonly Json[]): readonly ArgoIgnoreRule[] {
  return rules.filter(isObject).map(readArgoRule);
}

/** Reads a Flux Kustomization's `spec.ignore`; entries that are no maps are left out. */
export function readFluxRules(rules: readonly Json[]): readonly FluxIgnoreRule[] {
  return rules.filter(isObject).map(readFluxRule);
}

/** Reads `status.inventory.entries` of a Flux object. */
export function readInventory(entries: readonly Json[]): NonNullable<AppFacts['inventory']> {
  return entries.flatMap((entry) => {
    const id = stringAt(entry, 'id');
    return id === undefined ? [] : [{ id, v: stringAt(entry, 'v') }];
  });
}

function readArgoRule(rule: JsonObject): ArgoIgnoreRule {
  return {
    group: stringAt(rule, 'group'),
    kind: stringAt(rule, 'kind'),
    name: stringAt(rule, 'name'),
    namespace: stringAt(rule, 'namespace'),
    jsonPointers: stringsAt(rule, 'jsonPointers'),
    jqPathExpressions: stringsAt(rule, 'jqPathExpressions'),
    managedFieldsManagers: stringsAt(rule, 'managedFieldsManagers'),
  };
}

function readFluxRule(rule: JsonObject): FluxIgnoreRule {
  const target = objectAt(rule, 'target');
  const part = (name: string): string | undefined => stringAt(target, name);
  return {
    paths: stringsAt(rule, 'paths'),
    target: target && {
      group: part('group'),
      version: part('version'),
      kind: part('kind'),
      name: part('name'),
      namespace: part('namespace'),
      labelSelector: part('labelSelector'),
      annotationSelector: part('annotationSelector'),
    },
  };
}
