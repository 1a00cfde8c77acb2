import { argoNamespace, argoSettingsName, defaultSettings, readArgoSettings } from '../argocd/argoSettings.ts';
import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { findObject, findTarget, presenceOf } from '../live/liveStore.ts';
import type { LiveStore } from '../live/liveStore.ts';
import type { App } from '../model/app.ts';
import { resourceKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { Memo } from './memo.ts';
import { findReconciler } from './reconcilerObject.ts';

/** The settings of a cluster's Argo CD installations, each read once for as long as its ConfigMap is the same. */
export class ClusterSettings {
  readonly #read = new Memo<string, ArgoSettings>();

  /**
   * What holds for an app; `undefined` while the cluster has not answered. Where the ConfigMap is not there or may not be
   * read, Argo CD's defaults: the cluster's state says that.
   */
  of(app: App, { connection, store, unserved }: ClusterFollower): ArgoSettings | undefined {
    const key = settingsKey(app, store);
    if (key === undefined || unserved.includes(key)) return defaultSettings;
    const configMap = findObject(store, key);
    if (configMap !== undefined) {
      return this.#read.remember(`${connection.context} ${key}`, [configMap], () => readArgoSettings(configMap));
    }
    const isAnswered = presenceOf(store, key) === 'absent' || findTarget(store, key)?.state.kind === 'forbidden';
    return isAnswered ? defaultSettings : undefined;
  }
}

/** The ConfigMap with the settings of the Argo CD that runs an app; `undefined` when this cluster's Argo CD does not. */
export function settingsKey(app: App, store: LiveStore): ResourceKey | undefined {
  const application = app.kind === 'argo-application' ? findReconciler(app, store) : undefined;
  if (application === undefined) return undefined;
  const namespace = argoNamespace(application);
  return resourceKey({ group: '', kind: 'ConfigMap', namespace, name: argoSettingsName });
}
