import { valueAtTokens } from './exchange.ts';
import type { Question } from './prove.ts';

/** Why rendering itself leaves the field open. */
export function openReason({ before, field, value }: Question): string | undefined {
  const rendered = before.objects.find((each) => each.key === field.key);
  const open = rendered?.undecided?.find(({ path }) => path !== '' && `${field.path}/`.startsWith(`${path}/`));
  if (open !== undefined) return open.why;
  const isDrawn = rendered?.second !== undefined && valueAtTokens(rendered.second, field.tokens) !== value;
  return isDrawn
    ? 'Rendering the same files again gives another value: a template draws it, or kustomize names its version.'
    : undefined;
}
