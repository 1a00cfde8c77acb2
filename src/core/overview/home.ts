import type { App } from '../model/app.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { kubeConfigRef } from '../live/kubeConfigAddress.ts';
import { objectAt } from '../model/json.ts';
import { inCluster, isDeployedBesideReconciler, isFlux } from './destination.ts';
import { findReconciler } from './reconcilerObject.ts';

/** The connected clusters that an app has to do with. */
export interface Home {
  /** The context whose cluster holds the reconciler's object, or, without a reconciler, that was named. */
  readonly context: string;
  readonly follower: ClusterFollower;
  readonly isReconciled: boolean;
  /** The cluster that holds the app's objects: the same one, or another that a hub deploys to; absent when none is connected. */
  readonly place?: ClusterFollower | undefined;
}

/** The cluster that runs an app: the first whose reconciler knows it; else, where that is wanted, the first of all. */
export function findHome(
  app: App,
  followers: ReadonlyMap<string, ClusterFollower>,
  comparesUnreconciled: boolean,
): Home | undefined {
  const all = [...followers].map(([context, follower]) => ({ context, follower }));
  const home = all.find(({ follower }) => findReconciler(app, follower.store) !== undefined);
  if (home !== undefined) return { ...home, isReconciled: true, place: findPlace(app, home.follower, followers) };
  const [named] = comparesUnreconciled ? all : [];
  if (named === undefined) return undefined;
  return { ...named, isReconciled: false, place: isDeployedBesideReconciler(app) ? named.follower : undefined };
}

/**
 * The connected cluster that an app is deployed to: by its API server's address, which for a cluster that is only named the
 * hub's own list tells. Where that list may not be read, a context of the very same name is taken at its word.
 */
function findPlace(
  app: App,
  hub: ClusterFollower,
  followers: ReadonlyMap<string, ClusterFollower>,
): ClusterFollower | undefined {
  if (isFlux(app)) return findFluxPlace(app, hub, followers);
  if (isDeployedBesideReconciler(app)) return hub;
  if (app.kind !== 'argo-application') return undefined;
  const { server, clusterName } = app.destination;
  const known = hub.hub.clusters;
  const address = server ?? known?.find(({ name }) => name === clusterName)?.server;
  // Argo CD's own cluster under a name that somebody gave it.
  if (address === inCluster.server) return hub;
  if (address !== undefined) return [...followers.values()].find(({ connection }) => isAt(connection.server, address));
  return clusterName === undefined || known !== undefined ? undefined : followers.get(clusterName);
}

/**
 * The same for Flux, which applies an app beside itself unless its live object names a kubeconfig: then by the address in
 * that, and nowhere while it is not known.
 */
function findFluxPlace(
  app: App,
  hub: ClusterFollower,
  followers: ReadonlyMap<string, ClusterFollower>,
): ClusterFollower | undefined {
  const object = findReconciler(app, hub.store);
  if (object === undefined || objectAt(object, 'spec', 'kubeConfig') === undefined) return hub;
  const ref = kubeConfigRef(object);
  const address = ref && hub.remotes.addressOf(ref);
  if (address === undefined) return undefined;
  // By this name the controller means the cluster it runs in.
  if (normalized(address) === inCluster.server) return hub;
  return [...followers.values()].find(({ connection }) => isAt(connection.server, address));
}

function isAt(server: string | undefined, address: string): boolean {
  return server !== undefined && normalized(server) === normalized(address);
}

/** Case of the host, a final slash and the usual port say nothing. */
function normalized(address: string): string {
  const match = /^(https?):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(\/.*)?$/i.exec(address.replace(/\/+$/, ''));
  if (match === null) return address;
  const [, scheme = '', host = '', port = '', path = ''] = match;
  const isUsual = port === (scheme.toLowerCase() === 'https' ? '443' : '80');
  return `${scheme}://${host}${port === '' || isUsual ? '' : `:${port}`}`.toLowerCase() + path;
}
