import { listAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import type { PolicyQuestion } from '../../src/core/policy/judgement.ts';

/** The group that may do everything: who asks is in it, unless a case is about what somebody may do. */
export const everyRight = 'cases:every-right';

const rbac = 'rbac.authorization.k8s.io';
const apiVersion = `${rbac}/v1`;

/** What lets `everyRight` do everything. */
export function rightToEverything(): JsonObject {
  return binding('cases-every-right', everyRight, 'cluster-admin');
}

/** A role and its binding that grant a case's user what it asks for, and what the case says the authorizer allows. */
export function rightsOf(
  id: string,
  resources: readonly string[],
  { settings }: PolicyQuestion,
): readonly JsonObject[] {
  const decisions = (settings?.authorizer ?? []).flatMap((each) => listAt(each, 'decisions'));
  const allowed = decisions.filter((each) => stringAt(each, 'decision') === 'allow');
  const rules = [
    { apiGroups: ['*'], resources, verbs: ['create', 'update', 'delete'] },
    ...allowed.map((each) => ({
      apiGroups: [stringAt(each, 'group') ?? ''],
      resources: [stringAt(each, 'resource') ?? ''],
      verbs: [stringAt(each, 'verb') ?? ''],
    })),
  ];
  const name = `cases-${id}`;
  return [{ apiVersion, kind: 'ClusterRole', metadata: { name }, rules }, binding(name, `cases:${id}`, name)];
}

function binding(name: string, group: string, role: string): JsonObject {
  return {
    ...{ apiVersion, kind: 'ClusterRoleBinding', metadata: { name } },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: group }],
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
  };
}
