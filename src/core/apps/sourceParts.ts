import type { App, AppDeclaration } from '../model/app.ts';
import { objectsAt } from './fileFacts.ts';
import { isObject } from '../model/json.ts';

/** The app once for each of its sources that has manifests, as if that were its only one; the app itself when it has one. */
export function sourceParts(app: App): readonly App[] {
  const { source, declared } = app;
  if (source.kind !== 'here') return [];
  const { others, ...first } = source;
  if (others === undefined || first.index === undefined) return [app];
  return [first, ...others].map((part) => ({
    ...app,
    // A part that is here must not take over that the first one is not.
    source: { ...first, remote: undefined, ...part },
    declared: declared && withOneSource(declared, part.index ?? 0),
  }));
}

function withOneSource(declared: AppDeclaration, index: number): AppDeclaration {
  const { object } = declared;
  const spec = isObject(object.spec) ? object.spec : {};
  const sources = objectsAt(object, 'spec', 'sources').slice(index, index + 1);
  return { ...declared, object: { ...object, spec: { ...spec, sources } } };
}
