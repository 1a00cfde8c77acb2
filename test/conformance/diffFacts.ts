import { isObject, listAt, numberAt, objectAt, stringAt, stringsAt, valueAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject } from '../../src/core/model/resource.ts';
import type {
  AppFacts,
  ApplyTool,
  AutoscalerFact,
  ClusterFacts,
  ObjectMention,
  QuestionsAsked,
} from '../../src/core/diff/diffInput.ts';
import { readArgoRules, readFluxRules, readInventory } from '../../src/core/diff/readAppRules.ts';
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
    ignoreDifferences: readArgoRules(listAt(app, 'ignoreDifferences')),
    ignore: readFluxRules(listAt(app, 'ignore')),
    inventory: app.inventory === undefined ? undefined : readInventory(listAt(app, 'inventory')),
    overrideManagers: stringsAt(app, 'overrideManagers'),
    syncOptions: stringsAt(app, 'syncOptions'),
    secondRender: readSecondRender(stringAt(app, 'secondRender')),
    capabilities: readQuestions(objectAt(app, 'capabilities')),
    lookups: readQuestions(objectAt(app, 'lookups')) ?? readLookups(app),
    renderError: stringAt(app, 'renderError'),
    skipsCrds: stringAt(app, 'from') === 'crds/' && (stringAt(app, 'upgrade', 'crds') ?? 'Skip') === 'Skip',
    isPruneOff: app.prune === false,
  };
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
  return { isAnswered: value.given === true, asked: stringsAt(value, 'asked') };
}

/** The `cluster` of a case as facts of the comparison. */
export function readClusterFacts(cluster: JsonObject | undefined): ClusterFacts | undefined {
  if (cluster === undefined) return undefined;
  const served = objectAt(cluster, 'served');
  const error = objectAt(cluster, 'dryRunError');
  return {
    hpa: listAt(cluster, 'hpa').map(readAutoscaler),
    served: served && Object.fromEntries(Object.keys(served).map((group) => [group, stringsAt(served, group)])),
    forbidden: stringsAt(cluster, 'forbidden'),
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
