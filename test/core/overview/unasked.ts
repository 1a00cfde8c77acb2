import type { HealthEngine } from '../../../src/core/health/healthScripts.ts';
import type { RenderEngine, SecretHasher } from '../../../src/core/ports.ts';

/** Folders of plain manifests are rendered in process: an engine that has no part in a test. */
export const noEngine: RenderEngine = {
  kustomize: () => Promise.reject(new Error('No kustomization is rendered here.')),
  helm: () => Promise.reject(new Error('No chart is rendered here.')),
  applicationSet: () => Promise.reject(new Error('No ApplicationSet is declared here.')),
};

/** For kinds without a health script. */
export const noScripts: HealthEngine = { judgeHealth: () => Promise.reject(new Error('No script is asked here.')) };

/** Shows what was hashed, for tests without secrets. */
export const plainHasher: SecretHasher = { hash: String };
