import { isObject, listAt, numberAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject } from '../../src/core/model/resource.ts';
import type {
  AppFacts,
  ApplyTool,
  ArgoIgnoreRule,
  AutoscalerFact,
  ClusterFacts,
  FluxIgnoreRule,
  ObjectMention,
  QuestionsAsked,
} from '../../src/core/diff/diffInput.ts';
import { readYaml } from '../../src/core/yaml/readYaml.ts';

const tools: readonly ApplyTool[] = [
  'argocd-csa',
  'argocd-ssa',
  'flux-kustomize',
  'flux-helm',
  'kubectl-csa',
  'kubectl-ssa',
];

/** Who applies in a case. */
export function readManager(value: Json | undefined): { readonly tool: ApplyTool; readonly fieldManager: string } {
  const name = stringAt(value, 'tool');
  const tool = tools.find((each) => each === name);
  if (tool === undefined) throw new Error(`unknown tool ${String(name)}`);
  return { tool, fieldManager: stringAt(value, 'fieldManager') ?? '' };
}

/** The `app` of a case as facts of the comparison. */
export function readAppFacts(app: JsonObject | undefined): AppFacts | undefined {
  if (app === undefined) return undefined;
  const method = stringAt(app, 'trackingMethod');
  return {
    name: stringAt(app, 'name') ?? '',
    namespace: stringAt(app, 'namespace'),
    ownNamespace: stringAt(app, 'ownNamespace'),
    releaseName: stringAt(app, 'releaseName'),
    trackingMethod: method === 'label' || method === 'annotation+label' ? method : 'annotation',
    ignoreDifferences: listAt(app, 'ignoreDifferences').filter(isObject).map(readArgoRule),
    ignore: listAt(app, 'ignore').filter(isObject).map(readFluxRule),
    inventory: app.inventory === undefined ? undefined : readInventory(app.inventory),
    overrideManagers: strings(app.overrideManagers),
    syncOptions: strings(app.syncOptions),
    secondRender: readSecondRender(stringAt(app, 'secondRender')),
    capabilities: readQuestions(objectAt(app, 'capabilities')),
    lookups: readQuestions(objectAt(app, 'lookups')) ?? readLookups(app),
    renderError: stringAt(app, 'renderError'),
    skipsCrds: stringAt(app, 'from') === 'crds/' && (stringAt(app, 'upgrade', 'crds') ?? 'Skip') === 'Skip',
    isPruneOff: app.prune === false,
  };
}

function strings(value: Json | undefined): readonly string[] {
  return listAt(value === undefined ? {} : { value }, 'value').filter((each) => typeof each === 'string');
}

function readArgoRule(rule: JsonObject): ArgoIgnoreRule {
  return {
    group: stringAt(rule, 'group'),
    kind: stringAt(rule, 'kind'),
    name: stringAt(rule, 'name'),
    namespace: stringAt(rule, 'namespace'),
    jsonPointers: strings(rule.jsonPointers),
    jqPathExpressions: strings(rule.jqPathExpressions),
    managedFieldsManagers: strings(rule.managedFieldsManagers),
  };
}

function readFluxRule(rule: JsonObject): FluxIgnoreRule {
  const target = objectAt(rule, 'target');
  const part = (name: string): string | undefined => stringAt(target, name);
  return {
    paths: strings(rule.paths),
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

function readInventory(value: Json): NonNullable<AppFacts['inventory']> {
  return listAt({ value }, 'value').map((entry) => ({ id: stringAt(entry, 'id') ?? '', v: stringAt(entry, 'v') }));
}

function readSecondRender(text: string | undefined): AppFacts['secondRender'] {
  return text === undefined ? undefined : asKubeObject(readYaml(text, 'plain').documents[0]?.value);
}

/** Lookups stated as a list: nobody answered them. */
function readLookups(app: JsonObject): QuestionsAsked | undefined {
  const asked = listAt(app, 'lookups').map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  return asked.length === 0 ? undefined : { isAnswered: false, asked };
}

function readQuestions(value: JsonObject | undefined): QuestionsAsked | undefined {
  if (value === undefined) return undefined;
  return { isAnswered: value.given === true, asked: strings(value.asked) };
}

/** The `cluster` of a case as facts of the comparison. */
export function readClusterFacts(cluster: JsonObject | undefined): ClusterFacts | undefined {
  if (cluster === undefined) return undefined;
  const served = objectAt(cluster, 'served');
  const error = objectAt(cluster, 'dryRunError');
  return {
    hpa: listAt(cluster, 'hpa').map(readAutoscaler),
    served: served && Object.fromEntries(Object.entries(served).map(([group, versions]) => [group, strings(versions)])),
    forbidden: strings(cluster.forbidden),
    dryRun: objectAt(cluster, 'dryRun'),
    dryRunError: error && { code: numberAt(error, 'code') ?? 0, message: stringAt(error, 'message') ?? '' },
    alsoDesired: listAt(cluster, 'alsoDesired').map(readMention),
    alsoLive: listAt(cluster, 'alsoLive').map(readMention),
  };
}

function readAutoscaler(value: Json): AutoscalerFact {
  const target = objectAt(value, 'scaleTargetRef');
  return {
    target: {
      apiVersion: stringAt(target, 'apiVersion'),
      kind: stringAt(target, 'kind') ?? '',
      name: stringAt(target, 'name') ?? '',
    },
    min: numberAt(value, 'minReplicas') ?? 1,
    max: numberAt(value, 'maxReplicas') ?? 1,
  };
}

function readMention(value: Json): ObjectMention {
  return {
    apiVersion: stringAt(value, 'apiVersion') ?? '',
    kind: stringAt(value, 'kind') ?? '',
    name: stringAt(value, 'name') ?? stringAt(value, 'metadata', 'name') ?? '',
    namespace: stringAt(value, 'namespace') ?? stringAt(value, 'metadata', 'namespace'),
  };
}

/** The variables of `app.postBuild.substitute` and whether there are any. */
export function readPostBuild(app: JsonObject | undefined): JsonObject | undefined {
  const value = valueAt(app, 'postBuild');
  return isObject(value) ? value : undefined;
}
