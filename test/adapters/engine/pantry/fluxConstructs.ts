import type { Constructs } from './expectation.ts';

const container = '/spec/template/spec/containers/0';
const file = 'clusters/prod/flux/delivery.yaml';
const releases = 'clusters/prod/flux/releases.yaml';
const [delivery, pantry, infrastructure] = ['flux-system/delivery', 'flux-system/pantry', 'flux-system/infrastructure'];
const unseen = /Secret that is not in the repository may set this variable|Secret map-service/;

/** How Flux declares and changes apps. */
export const fluxConstructs: Constructs = {
  path: [{ app: delivery, object: 'Deployment be-riders-1', path: `${container}/name`, value: 'riders', from: 'apps/delivery/riders.yaml: - name: riders' }],
  targetNamespace: [{ app: delivery, object: 'Deployment be-riders-1', path: '/metadata/namespace', value: 'delivery', from: `${file}: targetNamespace: delivery` }],
  'namePrefix and nameSuffix': [{ app: delivery, has: 'ConfigMap be-routes-1' }],
  commonMetadata: [
    { app: delivery, object: 'ConfigMap be-routes-1', path: '/metadata/labels/pantry.example~1team', value: 'delivery', from: `${file}: pantry.example/team: delivery` },
    { app: delivery, object: 'ConfigMap be-routes-1', path: '/metadata/annotations/pantry.example~1on-call', value: 'team-delivery', from: `${file}: pantry.example/on-call: team-delivery` },
  ],
  'components, and those that are missing': [{ app: delivery, object: 'ConfigMap be-lights-1', path: '/data/on', value: '18:00', from: 'apps/delivery/night-shift/lights.yaml: "on": 18:00' }],
  images: [{ app: delivery, object: 'Deployment be-riders-1', path: `${container}/image`, value: 'registry.pantry.example/riders:3.8.1', from: `${file}: newTag: 3.8.1` }],
  patches: [{ app: delivery, object: 'Deployment be-riders-1', path: '/spec/replicas', value: 5, from: `${file}: value: 5` }],
  'postBuild.substitute': [{ app: delivery, object: 'ConfigMap be-routes-1', path: '/data/depot', value: 'west', from: `${file}: DEPOT: west` }],
  'postBuild.substitute within a text': [{ app: delivery, object: 'ConfigMap be-routes-1', path: '/data/speed', value: '25 km/h', from: `${file}: SPEED_LIMIT: "25"` }],
  'postBuild.substituteFrom, cut and undecided': [
    { app: delivery, object: 'ConfigMap be-routes-1', path: '/data/city', value: 'Bern', from: unseen },
    { app: delivery, object: 'ConfigMap be-routes-1', path: '/data/code', value: 'Be', from: unseen },
  ],
  'postBuild: defaults': [{ app: delivery, object: 'ConfigMap be-routes-1', path: '/data/tariff', value: 'standard', from: unseen }],
  'postBuild: escapes': [{ app: delivery, object: 'ConfigMap be-routes-1', path: '/data/script', value: 'echo ${HOME} $USER', from: 'apps/delivery/routes.yaml: script: echo $${HOME} $USER' }],
  'postBuild: switched off for an object': [{ app: delivery, object: 'ConfigMap be-scripts-1', path: '/data/greet', value: 'echo ${CITY}', from: 'apps/delivery/routes.yaml: greet: echo ${CITY}' }],
  decryption: [
    { app: 'flux-system/vault', object: 'ConfigMap door', path: '/data/opens', value: '08:00', from: 'apps/vault/door.yaml: opens: "08:00"' },
    { app: 'flux-system/vault', object: 'Secret safe', path: '/metadata/name', value: 'safe', from: 'apps/vault/safe.yaml: name: safe' },
  ],
  'a generated kustomization': [
    { app: infrastructure, object: 'PriorityClass shop', path: '/value', value: 1000, from: 'infrastructure/priority.yaml: value: 1000' },
    { app: infrastructure, object: 'LimitRange limits', path: '/metadata/namespace', value: 'delivery', from: 'infrastructure/quotas/kustomization.yaml: namespace: delivery' },
  ],
  'GitRepository: include': [{ app: delivery, object: 'ConfigMap be-retention-1', path: '/data/receipts', value: '10y', from: 'shared/retention.yaml: receipts: 10y' }],
  'GitRepository: ignore': [{ app: 'flux-system/handbook', lacks: 'ConfigMap draft' }, { app: 'flux-system/handbook', has: 'ConfigMap rules' }],
  'GitRepository: sparseCheckout': [{ app: 'flux-system/depot-screens', says: /GitRepository delivery leaves the folder apps\/signage out of its artifact/, at: 'clusters/prod/flux/delivery.yaml: name: depot-screens' }],
  OCIRepository: [{ app: 'flux-system/shelves', says: /It needs oci:\/\/registry\.pantry\.example\/manifests\/shelves 2026-11/, at: 'clusters/prod/flux/elsewhere.yaml: name: shelves' }],
  Bucket: [{ app: 'flux-system/flyers', says: /come from the bucket flyers of minio\.pantry\.example, which Plumbline does not fetch/, at: 'clusters/prod/flux/elsewhere.yaml: name: flyers' }],
  'HelmRelease: chart': [{ app: 'flux-system/night-kitchen', has: 'Deployment night-kitchen' }],
  'HelmRelease: chart of a HelmRepository': [{ app: 'flux-system/weather', says: /It needs the chart weather 0\.4\.x of https:\/\/charts\.pantry\.example\/stable/, at: `${releases}: name: weather` }],
  'HelmRelease: chartRef to an OCIRepository': [{ app: 'flux-system/cellar', says: /It needs oci:\/\/registry\.pantry\.example\/charts\/cellar 1\.x/, at: `${releases}: name: cellar` }],
  'HelmRelease: chartRef to a HelmChart of a GitRepository': [{ app: 'flux-system/printer', object: 'ConfigMap printer-printer', path: '/data/width', value: '80', from: 'values/printer.yaml: width: 80' }],
  'HelmRelease: values': [{ app: pantry, object: 'ConfigMap pantry-pantry-alerts', path: '/data/below', value: '25', from: `${releases}: below: 25` }],
  'HelmRelease: valuesFrom': [{ app: pantry, object: 'Deployment pantry-pantry', path: '/spec/replicas', value: 3, from: `${releases}: replicas: 3` }],
  'HelmRelease: valuesFrom with targetPath, in the cluster only': [{ app: pantry, object: 'ConfigMap pantry-pantry-alerts', path: '/data/token', value: '', from: /Secret pantry-token, which is not in the repository/ }],
  'HelmRelease: postRenderers': [
    { app: pantry, object: 'Deployment pantry-pantry', path: `${container}/image`, value: 'mirror.pantry.example/pantry:3.2', from: `${releases}: newName: mirror.pantry.example/pantry` },
    { app: pantry, object: 'Deployment pantry-pantry', path: '/spec/template/spec/priorityClassName', value: 'shop', from: `${releases}: value: shop` },
  ],
  'HelmRelease: definitions': [{ app: 'flux-system/night-kitchen', has: 'CustomResourceDefinition recipes.kitchen.pantry.example' }],
};
