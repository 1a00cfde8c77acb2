import { stringAt } from '../model/json.ts';
import { UserError } from '../model/userError.ts';
import type { UserErrorCode } from '../model/userError.ts';
import type { ApiReply } from '../ports.ts';
import type { SyncPlan, SyncStep } from './syncPlan.ts';

/** Reads the answer to a step: `undefined` when it went well, else the one message that a person needs. */
export function checkReply(plan: SyncPlan, step: SyncStep, reply: ApiReply): UserError | undefined {
  if (reply.status >= 200 && reply.status < 300) return undefined;
  const said = stringAt(reply.body, 'message') ?? `status ${reply.status}`;
  const { code, next } = troubles[reply.status] ?? {
    code: 'cluster-failed',
    next: 'Nothing was changed by this step.',
  };
  const { kind, namespace, name } = plan.target;
  const data = { context: plan.context, namespace, name, status: String(reply.status) };
  return new UserError(
    code,
    `${step.title} failed in cluster ${plan.context}: ${said}. ${nextWords(next, kind)}`,
    data,
  );
}

const troubles: Readonly<Record<number, { readonly code: UserErrorCode; readonly next: string }>> = {
  401: { code: 'cluster-unauthorized', next: 'Log in to the cluster again and retry.' },
  403: {
    code: 'cluster-forbidden',
    next: 'Ask for the right to patch the %kind, or sync with the reconciler’s own tool.',
  },
  404: { code: 'cluster-failed', next: 'The %kind is not in this cluster; refresh and look again.' },
  409: { code: 'write-conflict', next: 'The %kind was changed meanwhile; look at its state and retry.' },
};

function nextWords(next: string, kind: string): string {
  return next.replace('%kind', kind);
}
