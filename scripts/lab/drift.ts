import type { Kubectl } from './kubectl.ts';
import type { ReconcilerName } from './reconciler.ts';

/** One change made past Git: what a person would see, and the field manager it is recorded under. */
export interface DriftStep {
  readonly reconciler: ReconcilerName;
  readonly what: string;
  readonly manager: string;
  readonly args: readonly string[];
}

const edit = 'kubectl-edit';

/** The drift of the lab, in the order it is made. */
const driftSteps: readonly DriftStep[] = [
  {
    reconciler: 'flux',
    what: 'Deployment shop-prod/web: spec.replicas 3 → 5',
    manager: edit,
    args: [
      ...['patch', 'deployment', 'web', '--namespace=shop-prod', `--field-manager=${edit}`, '--type=merge'],
      '--patch={"spec":{"replicas":5}}',
    ],
  },
  {
    reconciler: 'flux',
    what: 'Deployment catalog/catalog: env LOG_LEVEL info → debug',
    manager: 'kubectl-set',
    args: [
      ...['set', 'env', 'deployment/catalog', '--namespace=catalog', '--field-manager=kubectl-set'],
      'LOG_LEVEL=debug',
    ],
  },
  {
    reconciler: 'argocd',
    what: 'Deployment payments/payments: image 2.8.0 → 2.8.1-hotfix',
    manager: 'kubectl-set',
    args: [
      ...['set', 'image', 'deployment/payments', '--namespace=payments', '--field-manager=kubectl-set'],
      'payments=registry.storefront.example/shop/payments:2.8.1-hotfix',
    ],
  },
  {
    reconciler: 'argocd',
    what: 'Ingress shop-staging/web: host shop.staging → demo.staging',
    manager: edit,
    args: [
      ...['patch', 'ingress', 'web', '--namespace=shop-staging', `--field-manager=${edit}`, '--type=json'],
      '--patch=[{"op":"replace","path":"/spec/rules/0/host","value":"demo.staging.storefront.example"}]',
    ],
  },
];

/** Makes the drift of the given reconcilers' apps and returns what was done. */
export async function makeDrift(
  kubectl: Kubectl,
  reconcilers: readonly ReconcilerName[],
): Promise<readonly DriftStep[]> {
  const steps = driftSteps.filter((step) => reconcilers.includes(step.reconciler));
  for (const step of steps) await kubectl(step.args);
  return steps;
}
