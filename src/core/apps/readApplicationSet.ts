import type { App } from '../model/app.ts';
import { appId } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import { expandApplicationSet } from './applicationSet.ts';
import type { DeclaredObject } from './fileFacts.ts';
import { readApp } from './readApp.ts';
import type { AppSurroundings } from './readApp.ts';
import { unsupported } from './unsupported.ts';

/** Tells whether an object is an ApplicationSet. */
export function isApplicationSet({ object }: DeclaredObject): boolean {
  return object.kind === 'ApplicationSet' && groupOf(object.apiVersion) === 'argoproj.io';
}

/** The apps that an ApplicationSet makes; one that says why, when they cannot be told from the repository. */
export function readApplicationSet(
  declared: DeclaredObject,
  around: AppSurroundings,
  folders: readonly RepoPath[],
): readonly App[] {
  const { object } = declared;
  const expansion = expandApplicationSet(object, folders, (url) => around.isHere(url));
  if (expansion.kind === 'undecided') {
    const [name, namespace] = [nameOf(object), namespaceOf(object) ?? 'argocd'];
    const id = appId('argo-application', { namespace, name: `set ${name}` });
    const source = unsupported(expansion.why);
    return name === '' ? [] : [{ id, kind: 'argo-application', name, namespace, declared, source, destination: {} }];
  }
  return expansion.applications.flatMap(({ object: application, element }, index) => {
    const app = readApp({ ...declared, object: application }, around);
    if (app?.declared === undefined) return [];
    return [{ ...app, declared: { ...app.declared, generated: { set: nameOf(object), index, element, folders } } }];
  });
}
