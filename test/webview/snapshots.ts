import type { PanelEffect, PanelProgress, PanelSnapshot } from '../../src/protocol/panelState.ts';

const value = (text: string): { readonly type: 'value'; readonly text: string } => ({ type: 'value', text });

/** Text of the file that the page edits. */
export const overlayText = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: storefront
resources:
  - ../../base
images:
  - name: registry.example/storefront/web
    newTag: 1.5.0
patches:
  - path: replicas.yaml
`;

const effect: PanelEffect = {
  phase: 'ready',
  counts: { added: 1, changed: 2, removed: 1, unchanged: 9, fields: 3 },
  problems: [],
  risks: [
    {
      code: 'replicas-zero',
      severity: 'danger',
      message: 'Deployment worker is scaled to zero.',
    },
    {
      code: 'image-tag',
      severity: 'warning',
      message:
        'Deployment web names registry.example/storefront/web:1.5.0 by tag; a tag can be moved, a digest cannot.',
    },
    { code: 'prune', severity: 'warning', message: 'ConfigMap web-env-old is removed: a sync that prunes deletes it.' },
  ],
  blast: [{ app: 'storefront-staging', objects: ['Deployment web', 'ConfigMap web-env'] }],
  objects: [
    {
      key: '/ConfigMap/storefront/web-env-old',
      kind: 'ConfigMap',
      name: 'web-env-old',
      namespace: 'storefront',
      change: 'removed',
      hiddenFields: 0,
      isLive: true,
      fields: [
        {
          path: 'data',
          change: 'remove',
          before: value('2 fields'),
          after: { type: 'absent' },
          live: value('2 fields'),
        },
      ],
    },
    {
      key: 'apps/Deployment/storefront/web',
      kind: 'Deployment',
      name: 'web',
      namespace: 'storefront',
      change: 'changed',
      hiddenFields: 0,
      isLive: true,
      fields: [
        {
          path: 'spec.template.spec.containers[0].image',
          change: 'modify',
          before: value('registry.example/storefront/web:1.4.2'),
          after: value('registry.example/storefront/web:1.5.0'),
          live: value('registry.example/storefront/web:1.4.2'),
        },
        {
          path: 'spec.replicas',
          change: 'drift',
          before: value('3'),
          after: value('3'),
          live: value('5'),
          writer: 'kubectl-edit, 2 h ago',
        },
      ],
    },
    {
      key: 'apps/Deployment/storefront/worker',
      kind: 'Deployment',
      name: 'worker',
      namespace: 'storefront',
      change: 'changed',
      hiddenFields: 3,
      isLive: true,
      fields: [{ path: 'spec.replicas', change: 'modify', before: value('2'), after: value('0'), live: value('2') }],
    },
    {
      key: 'policy/PodDisruptionBudget/storefront/web',
      kind: 'PodDisruptionBudget',
      name: 'web',
      namespace: 'storefront',
      change: 'added',
      hiddenFields: 0,
      isLive: false,
      fields: [
        {
          path: 'spec',
          change: 'add',
          before: { type: 'absent' },
          after: value('minAvailable: 1\nselector:\n  matchLabels:\n    app: web'),
          live: { type: 'absent' },
        },
      ],
    },
  ],
};

/** A change set as a person meets it: two files changed, one drifted field, risks and a second app reached. */
export const snapshot: PanelSnapshot = {
  app: {
    id: 'flux-kustomization:flux-system/storefront',
    name: 'storefront',
    reconciler: 'Flux',
    context: 'gke_shop_prod',
    namespace: 'storefront',
    appliedRevision: 'main@sha1:4f1c2d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e',
    sync: { word: 'Synced', tone: 'good' },
    health: { word: 'Current', tone: 'good' },
    live: { word: 'Live', tone: 'good' },
  },
  files: [
    { path: 'apps/storefront/overlays/prod/kustomization.yaml', origin: 'unsaved', change: 'modified' },
    { path: 'apps/storefront/overlays/prod/pdb.yaml', origin: 'uncommitted', change: 'untracked' },
    { path: 'apps/storefront/base/deployment.yaml', origin: 'unpushed', change: 'modified' },
    { path: 'apps/storefront/base/kustomization.yaml', origin: 'unchanged', change: 'none' },
    { path: 'apps/storefront/overlays/prod/replicas.yaml', origin: 'unchanged', change: 'none' },
  ],
  effect,
  act: {
    template: 'storefront: image 1.4.2 → 1.5.0',
    commit: { isReady: true, text: 'Commits to main. Nothing is pushed.' },
    commitAndSync: {
      isReady: true,
      text: 'Commits to main, pushes to origin/main and asks Flux in gke_shop_prod to apply it.',
    },
    sync: { isReady: false, text: '1 commit of main is not pushed; Flux would not see it. Push first.' },
  },
  schemas: [
    {
      uri: 'plumbline://schemas/kustomization.json',
      fileMatch: ['**/kustomization.yaml'],
      schema: { type: 'object', properties: { namespace: { type: 'string' }, resources: { type: 'array' } } },
    },
  ],
};

/** A run that is under way. */
export const running: PanelProgress = {
  title: 'Commit and sync storefront',
  state: 'running',
  message: 'Waiting for Deployment web to roll out',
  startedAt: '2026-01-05T10:00:00.000Z',
  steps: [
    { label: 'Save 1 file', state: 'done' },
    { label: 'Commit', state: 'done', detail: '9c0ffee storefront: image 1.4.2 → 1.5.0' },
    { label: 'Push to origin/main', state: 'done' },
    { label: 'Fetch GitRepository storefront', state: 'done' },
    { label: 'Apply Kustomization storefront', state: 'done' },
    { label: 'Wait until healthy', state: 'running', detail: '2 of 3 objects' },
  ],
  resources: [
    { label: 'Deployment web', status: 'InProgress', tone: 'busy', message: 'Updated: 1/3' },
    { label: 'Deployment worker', status: 'Current', tone: 'good' },
    { label: 'ConfigMap web-env', status: 'Current', tone: 'good' },
  ],
};

/** The same run at its good end. */
export const succeeded: PanelProgress = {
  ...running,
  state: 'succeeded',
  message: 'storefront runs 9c0ffee and is healthy',
  endedAt: '2026-01-05T10:00:08.400Z',
  steps: running.steps.map((step) => ({ ...step, state: 'done' })),
  resources: running.resources.map(({ label }) => ({ label, status: 'Current', tone: 'good' })),
};

/** A run that the remote refused. */
export const rejected: PanelProgress = {
  ...running,
  state: 'failed',
  message: 'origin/main has commits that main does not have; the push was rejected.',
  next: 'Your commit 9c0ffee is kept on main. Pull (rebase or merge), look at the effect again, then commit and sync.',
  endedAt: '2026-01-05T10:00:02.000Z',
  steps: running.steps.map((step, at) => ({
    label: step.label,
    state: at < 2 ? 'done' : at === 2 ? 'failed' : 'skipped',
  })),
  resources: [],
};
