import type { App } from '../model/app.ts';
import { objectsAt } from '../apps/fileFacts.ts';
import { stringAt } from '../model/json.ts';
import { findSources } from '../render/fluxVariables.ts';
import { addExpressions, addPieces, referencesIn } from './pieces.ts';
import type { Collection, SiteLike } from './collection.ts';
import { sitesOf } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { sitesUnder } from './manifestWritings.ts';
import type { Field } from './writing.ts';

/**
 * Adds what substitution brings into the fields: for each scalar with references its literal pieces and defaults, then the
 * variables' values from ConfigMaps and from the app itself, later ones winning.
 */
export async function addVariables(into: Collection, app: App, section: Section): Promise<void> {
  const postBuild = objectsAt(app.declared?.object, 'spec', 'postBuild', 'substituteFrom');
  const users = into.writings.filter((each) => typeof each.value === 'string' && referencesIn(each.value).length > 0);
  for (const user of users) {
    await addPieces(into, user, referencesIn(String(user.value)), 'subst');
    await addExpressions(into, user, referencesIn(String(user.value)));
  }
  const usersOf =
    (name: string) =>
    (field: Field): boolean =>
      users.some(
        (each) => each.mayWrite(field) && referencesIn(String(each.value)).some((reference) => reference.name === name),
      );
  const add = (site: SiteLike, name: string): void => {
    into.add(site, { via: 'subst', mayWrite: usersOf(name), isDirect: false, key: name, slot: `variable/${name}` });
  };
  for (const source of await findSources(app, postBuild, into.tree, into.signal)) {
    const located = source?.file === undefined ? undefined : await into.read(source.file, 'plain');
    if (located === undefined || source === undefined) continue;
    const isSource = located.sites.filter((site) => site.place.text === stringAt(source.object, 'metadata', 'name'));
    const document = isSource[0]?.document ?? 0;
    const sites = located.sites.filter((site) => site.document === document);
    for (const site of [...sitesUnder(sites, ['data']), ...sitesUnder(sites, ['stringData'])])
      add(site, String(site.path[0]));
  }
  for (const site of sitesOf(section, 'spec', 'postBuild', 'substitute')) add(site, String(site.path[0]));
}
