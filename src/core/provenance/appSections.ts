import type { App } from '../model/app.ts';
import type { SourceOverride } from '../render/argoOverrides.ts';
import type { Collection } from './collection.ts';
import { within } from './fieldWritings.ts';
import type { Section } from './fieldWritings.ts';
import { templateSections } from './generatedWritings.ts';

/** What the files beside the manifests say in the place of the source. */
export async function overrideSections(
  into: Collection,
  overrides: readonly SourceOverride[],
): Promise<readonly Section[]> {
  const located = await Promise.all(overrides.map(({ file }) => into.read(file, 'plain')));
  return located.flatMap((each) => (each === undefined ? [] : [{ located: each, document: 0, path: [] }]));
}

/** The source of an Application that this app is about. */
export function argoSection({ source }: App, section: Section): Section {
  const index = source.kind === 'here' ? source.index : undefined;
  return index === undefined ? within(section, 'spec', 'source') : within(section, 'spec', 'sources', index);
}

/** What writes the app's object, in the order of application: its file, or the parts of the set that makes it. */
export async function appSections(into: Collection, app: App): Promise<readonly Section[]> {
  const object = await declaredSection(into, app);
  if (object === undefined) return [];
  return app.declared?.generated === undefined ? [object] : templateSections(object, app);
}

/** The app's object in its file, or its set's; list members are found by their name. */
export async function declaredSection(into: Collection, app: App): Promise<Section | undefined> {
  const located = app.declared && (await into.read(app.declared.file, 'plain'));
  const place = app.declared?.place;
  const name = located?.sites.find((site) => site.place.start === place?.start && site.path.at(-1) === 'name');
  if (located === undefined || name === undefined) return undefined;
  return { located, document: name.document, path: name.path.slice(0, -2) };
}
