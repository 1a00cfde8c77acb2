/** The type that a CustomResourceDefinition gives a field: a word, a list of one type, an object's fields, or a map (`*`). */
export type FieldType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'integer or string'
  | readonly [FieldType]
  | { readonly [field: string]: FieldType };

const strings = ['string'] as const;
const stringMap = { '*': 'string' } as const;
const named = { name: 'string', namespace: 'string' } as const;
const reference = { ...named, kind: 'string' } as const;
const groupKind = { group: 'string', kind: 'string' } as const;
const secretRef = { secretRef: { name: 'string' } } as const;
const target = {
  ...reference,
  group: 'string',
  version: 'string',
  labelSelector: 'string',
  annotationSelector: 'string',
} as const;
const patch = { patch: 'string', target } as const;
const fluxImage = { name: 'string', newName: 'string', newTag: 'string', digest: 'string' } as const;
const metadata = { labels: stringMap, annotations: stringMap } as const;

const argoSource = {
  repoURL: 'string',
  path: 'string',
  targetRevision: 'string',
  chart: 'string',
  ref: 'string',
  name: 'string',
  directory: { recurse: 'boolean', include: 'string', exclude: 'string' },
  helm: {
    releaseName: 'string',
    namespace: 'string',
    kubeVersion: 'string',
    version: 'string',
    apiVersions: strings,
    valueFiles: strings,
    values: 'string',
    ignoreMissingValueFiles: 'boolean',
    skipCrds: 'boolean',
    skipSchemaValidation: 'boolean',
    skipTests: 'boolean',
    parameters: [{ name: 'string', value: 'string', forceString: 'boolean' }],
    fileParameters: [{ name: 'string', path: 'string' }],
  },
  kustomize: {
    namePrefix: 'string',
    nameSuffix: 'string',
    namespace: 'string',
    version: 'string',
    kubeVersion: 'string',
    apiVersions: strings,
    images: strings,
    components: strings,
    ignoreMissingComponents: 'boolean',
    commonLabels: stringMap,
    commonAnnotations: stringMap,
    commonAnnotationsEnvsubst: 'boolean',
    forceCommonLabels: 'boolean',
    forceCommonAnnotations: 'boolean',
    labelWithoutSelector: 'boolean',
    labelIncludeTemplates: 'boolean',
    replicas: [{ name: 'string', count: 'integer or string' }],
    patches: [{ ...patch, path: 'string', options: { '*': 'boolean' } }],
  },
} as const;

const application = {
  project: 'string',
  destination: { server: 'string', ...named },
  source: argoSource,
  sources: [argoSource],
  ignoreDifferences: [
    {
      ...groupKind,
      ...named,
      jsonPointers: strings,
      jqPathExpressions: strings,
      managedFieldsManagers: strings,
    },
  ],
  syncPolicy: {
    automated: { prune: 'boolean', selfHeal: 'boolean', allowEmpty: 'boolean', enabled: 'boolean' },
    syncOptions: strings,
    managedNamespaceMetadata: metadata,
  },
} as const;

const project = {
  sourceRepos: strings,
  sourceNamespaces: strings,
  destinations: [{ server: 'string', ...named }],
  clusterResourceWhitelist: [groupKind],
  clusterResourceBlacklist: [groupKind],
  namespaceResourceWhitelist: [groupKind],
  namespaceResourceBlacklist: [groupKind],
} as const;

const kustomization = {
  path: 'string',
  prune: 'boolean',
  suspend: 'boolean',
  force: 'boolean',
  wait: 'boolean',
  interval: 'string',
  timeout: 'string',
  sourceRef: reference,
  targetNamespace: 'string',
  namePrefix: 'string',
  nameSuffix: 'string',
  serviceAccountName: 'string',
  components: strings,
  ignoreMissingComponents: 'boolean',
  commonMetadata: metadata,
  images: [fluxImage],
  patches: [patch],
  dependsOn: [named],
  decryption: { provider: 'string', ...secretRef },
  kubeConfig: { secretRef: { name: 'string', key: 'string' } },
  postBuild: {
    substitute: stringMap,
    substituteFrom: [{ kind: 'string', name: 'string', optional: 'boolean' }],
  },
} as const;

const chart = {
  chart: 'string',
  version: 'string',
  interval: 'string',
  sourceRef: reference,
  valuesFiles: strings,
  ignoreMissingValuesFiles: 'boolean',
} as const;

const helmRelease = {
  chart: { spec: chart },
  chartRef: reference,
  releaseName: 'string',
  targetNamespace: 'string',
  storageNamespace: 'string',
  interval: 'string',
  timeout: 'string',
  suspend: 'boolean',
  dependsOn: [named],
  kubeConfig: { secretRef: { name: 'string', key: 'string' } },
  valuesFrom: [{ kind: 'string', name: 'string', valuesKey: 'string', targetPath: 'string', optional: 'boolean' }],
  install: { crds: 'string', skipCRDs: 'boolean', createNamespace: 'boolean', disableSchemaValidation: 'boolean' },
  upgrade: { crds: 'string', disableSchemaValidation: 'boolean' },
  postRenderers: [{ kustomize: { patches: [patch], images: [fluxImage] } }],
  driftDetection: { mode: 'string', ignore: [{ paths: strings, target }] },
} as const;

const polled = { interval: 'string', timeout: 'string', suspend: 'boolean', ignore: 'string', ...secretRef } as const;

const gitRepository = {
  ...polled,
  url: 'string',
  ref: { branch: 'string', tag: 'string', semver: 'string', name: 'string', commit: 'string' },
  sparseCheckout: strings,
  recurseSubmodules: 'boolean',
  include: [{ fromPath: 'string', toPath: 'string', repository: { name: 'string' } }],
} as const;

const ociRepository = {
  ...polled,
  url: 'string',
  ref: { tag: 'string', semver: 'string', semverFilter: 'string', digest: 'string' },
  layerSelector: { mediaType: 'string', operation: 'string' },
} as const;

/**
 * Types of the fields below `spec` that are read here, by group and kind, alike in all versions that have them (the
 * CustomResourceDefinitions of argo-cd `manifests/crds` and of Flux's controllers, `config/crd/bases`). ApplicationSets are
 * not among them: the engine decodes those by Argo CD's own types.
 */
export const fieldTypes: Readonly<Record<string, FieldType>> = {
  'argoproj.io/Application': application,
  'argoproj.io/AppProject': project,
  'kustomize.toolkit.fluxcd.io/Kustomization': kustomization,
  'helm.toolkit.fluxcd.io/HelmRelease': helmRelease,
  'source.toolkit.fluxcd.io/GitRepository': gitRepository,
  'source.toolkit.fluxcd.io/OCIRepository': ociRepository,
  'source.toolkit.fluxcd.io/Bucket': { ...polled, bucketName: 'string', endpoint: 'string', prefix: 'string' },
  'source.toolkit.fluxcd.io/HelmChart': chart,
  'source.toolkit.fluxcd.io/HelmRepository': { url: 'string', type: 'string', interval: 'string', suspend: 'boolean' },
};
