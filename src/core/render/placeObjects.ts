import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { describeKey, keyOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { scopeFrom } from './scope.ts';

/**
 * Puts objects where the destination says, as Argo CD does before it compares: namespaced objects without a namespace get
 * the destination's, cluster-scoped ones lose theirs, and of objects with one identity the last one stays.
 */
export function placeObjects(
  objects: readonly RenderedObject[],
  namespace: string | undefined,
): { readonly objects: readonly RenderedObject[]; readonly problems: readonly RenderProblem[] } {
  const scope = scopeFrom(objects.map((each) => each.object));
  const placed = objects.map((each) => {
    const object = scope.isNamespaced(each.object)
      ? withNamespace(each.object, namespace)
      : withoutNamespace(each.object);
    return { ...each, object, key: keyOf(object) };
  });
  const last = new Map(placed.map((each, index) => [each.key, index]));
  const isLast = (each: RenderedObject, index: number): boolean =>
    last.get(each.key) === index || each.key.endsWith('/');
  const problems = placed.flatMap((each, index): RenderProblem[] =>
    isLast(each, index)
      ? []
      : [
          {
            severity: 'warning',
            message: `${describeKey(each.key)} is declared twice; the last one counts.`,
            file: each.origin?.path,
          },
        ],
  );
  return { objects: placed.filter(isLast), problems };
}

function withNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  if (namespace === undefined || namespaceOf(object) !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function withoutNamespace(object: KubeObject): KubeObject {
  if (object.metadata.namespace === undefined) return object;
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => key !== 'namespace'));
  return { ...object, metadata };
}
