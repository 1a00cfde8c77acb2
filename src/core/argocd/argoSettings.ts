import type { ArgoIgnoreRule } from '../diff/diffInput.ts';
import type { HealthScript } from '../health/healthScripts.ts';
import { isObject, objectAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { readCustomizations } from './customizations.ts';
import type { KnownTypeField } from './knownTypes.ts';
import { readKindRules } from './kindFilter.ts';
import type { KindFilter } from './kindFilter.ts';
import { readText } from './readText.ts';
import type { ReadValue } from './readText.ts';

/** What an installation of Argo CD decides for all its apps: its ConfigMap `argocd-cm` (operator-manual/argocd-cm.yaml). */
export interface ArgoSettings {
  /** Health scripts that go before Argo CD's own. */
  readonly healthScripts: readonly HealthScript[];
  /** Differences ignored in every app. */
  readonly ignoreDifferences: readonly ArgoIgnoreRule[];
  /** Of which objects a declared `status` is left out of the comparison; `all` unless said. */
  readonly ignoredStatus: 'all' | 'crd' | 'none';
  /** The rules of aggregated ClusterRoles are left out of the comparison; they count unless said. */
  readonly ignoresAggregatedRoles: boolean;
  /** Fields of custom kinds with types that their definitions do not tell. */
  readonly knownTypes: readonly KnownTypeField[];
  readonly kinds: KindFilter;
  readonly trackingMethod: 'annotation' | 'label' | 'annotation+label';
  readonly instanceLabel: string;
  /** Tells installations apart that track objects in one cluster. */
  readonly installationId?: string | undefined;
  /** Values that cannot be read, one sentence each; Argo CD stops at them, here they count as absent. */
  readonly problems: readonly string[];
}

/** Name of the ConfigMap, in the namespace that Argo CD runs in. */
export const argoSettingsName = 'argocd-cm';

/** Argo CD without any settings. */
export const defaultSettings: ArgoSettings = readData({});

/** Reads `argocd-cm`; never throws for bad values. */
export function readArgoSettings(configMap: KubeObject): ArgoSettings {
  return readData(objectAt(configMap, 'data') ?? {});
}

function readData(data: JsonObject): ArgoSettings {
  const problems: string[] = [];
  const read: ReadValue = (key) => {
    const text = stringAt(data, key);
    return text === undefined ? undefined : readText(text, key, problems);
  };
  const options = read('resource.compareoptions');
  return {
    ...readCustomizations(data, read, problems),
    ignoredStatus: readIgnoredStatus(options),
    ignoresAggregatedRoles: isObject(options) && options.ignoreAggregatedRoles === true,
    kinds: {
      excluded: readKindRules(read('resource.exclusions')),
      included: readKindRules(read('resource.inclusions')),
    },
    trackingMethod: readMethod(stringAt(data, 'application.resourceTrackingMethod')),
    instanceLabel: stringAt(data, 'application.instanceLabelKey') || 'app.kubernetes.io/instance',
    installationId: stringAt(data, 'installationID') || undefined,
    problems,
  };
}

/** `off` without quotes reads as false (argo-cd `GetResourceOverrides`); a word that is none of Argo CD's means the default. */
function readIgnoredStatus(options: Json | undefined): ArgoSettings['ignoredStatus'] {
  const word = isObject(options) ? options.ignoreResourceStatusField : undefined;
  if (word === 'crd') return 'crd';
  return word === 'none' || word === 'off' || word === 'false' || word === false ? 'none' : 'all';
}

function readMethod(word: string | undefined): ArgoSettings['trackingMethod'] {
  return word === 'label' || word === 'annotation+label' ? word : 'annotation';
}

/** The namespace in which the Argo CD runs that reconciles an Application: as its controller says, else the Application's own. */
export function argoNamespace(application: KubeObject): string {
  const said = stringAt(application, 'status', 'controllerNamespace');
  return said || stringAt(application.metadata, 'namespace') || 'argocd';
}
