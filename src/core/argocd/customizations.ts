import { readArgoRules } from '../diff/readAppRules.ts';
import type { ArgoIgnoreRule } from '../diff/diffInput.ts';
import type { HealthScript } from '../health/healthScripts.ts';
import { isObject, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { readKnownTypes } from './knownTypes.ts';
import type { KnownTypeField } from './knownTypes.ts';
import { readText } from './readText.ts';
import type { ReadValue } from './readText.ts';

/** What `resource.customizations` says of one kind, or of the kinds that a pattern names. */
interface Customization {
  readonly lua?: string | undefined;
  readonly useOpenLibs?: boolean | undefined;
  readonly ignore?: Json | undefined;
  /** Fields and the names of their types. */
  readonly types?: Json | undefined;
}

/** What the customizations of all kinds come to. */
export interface Customizations {
  readonly healthScripts: readonly HealthScript[];
  readonly ignoreDifferences: readonly ArgoIgnoreRule[];
  readonly knownTypes: readonly KnownTypeField[];
}

const prefix = 'resource.customizations';
/** Customizations of actions and of what wakes the controller: nothing that is judged here. */
const otherTypes = ['actions', 'ignoreResourceUpdates'];

/**
 * Reads the customizations of resources: the one map of old, then a key for each kind and purpose, which goes before it
 * (argo-cd `GetResourceOverrides`).
 */
export function readCustomizations(data: JsonObject, read: ReadValue, problems: string[]): Customizations {
  const found = readOldMap(read(prefix), problems);
  for (const key of Object.keys(data).sort()) {
    const name = key.startsWith(`${prefix}.`) ? splitKey(key, problems) : undefined;
    if (name === undefined) continue;
    const part = readPart(name.type, key, stringAt(data, key) ?? '', problems);
    found.set(name.kind, { ...found.get(name.kind), ...part });
  }
  const entries = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    healthScripts: entries.flatMap(([key, { lua, useOpenLibs = false }]) => (lua ? [{ key, lua, useOpenLibs }] : [])),
    ignoreDifferences: entries.flatMap(([key, { ignore }]) => (isObject(ignore) ? rulesOf(key, ignore) : [])),
    knownTypes: entries.flatMap(([key, { types }]) => {
      const slash = key.indexOf('/');
      const kind = key.slice(slash + 1);
      return readKnownTypes(
        { group: key.slice(0, Math.max(slash, 0)), kind, key: `${prefix}, ${key}` },
        types,
        problems,
      );
    }),
  };
}

function readOldMap(map: Json | undefined, problems: string[]): Map<string, Customization> {
  const found = new Map<string, Customization>();
  for (const [key, value] of Object.entries(isObject(map) ? map : {})) {
    const ignore = stringAt(value, 'ignoreDifferences');
    found.set(key, {
      lua: stringAt(value, 'health.lua'),
      useOpenLibs: isObject(value) && value['health.lua.useOpenLibs'] === true,
      ignore: ignore && readText(ignore, `${prefix}, ${key}`, problems),
      types: isObject(value) ? value.knownTypeFields : undefined,
    });
  }
  return found;
}

/** `resource.customizations.<type>.<group>_<Kind>`, `….<Kind>` in the core group, `….all`. */
function splitKey(key: string, problems: string[]): { readonly type: string; readonly kind: string } | undefined {
  const [, , type, ...rest] = key.split('.');
  const parts = rest.join('.').split('_');
  if (type === undefined || rest.length === 0) return undefined;
  if (parts.length > 2 || parts[0] === '') {
    problems.push(`${key}: the name ends in <group>_<Kind>, or <Kind> in the core group.`);
    return undefined;
  }
  const kind = parts.join('/');
  return { type, kind: kind === 'all' ? '*/*' : kind };
}

function readPart(type: string, key: string, text: string, problems: string[]): Customization {
  switch (type) {
    case 'health':
      return { lua: text };
    case 'useOpenLibs':
      return { useOpenLibs: readFlag(text, key, problems) };
    case 'ignoreDifferences':
      return { ignore: readText(text, key, problems) };
    case 'knownTypeFields':
      return { types: readText(text, key, problems) };
    default:
      if (!otherTypes.includes(type)) problems.push(`${key}: there is no customization "${type}".`);
      return {};
  }
}

/** The words of Go's `strconv.ParseBool`. */
function readFlag(text: string, key: string, problems: string[]): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (!/^(?:0|f|F|FALSE|false|False)$/.test(text)) problems.push(`${key}: "${text}" is neither true nor false.`);
  return false;
}

/**
 * Pointers and jq paths hold for the kinds that the key names as a pattern; managers only for exactly this kind of a
 * named group, or for all (argo-cd `IgnoreDiffConfig.HasIgnoreDifference`).
 */
function rulesOf(key: string, ignore: JsonObject): readonly ArgoIgnoreRule[] {
  const slash = key.indexOf('/');
  const [group, kind] = slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
  const hasManagers = key === '*/*' || (slash > 0 && !/[*?[{\\]/.test(key));
  return readArgoRules([{ ...ignore, group, kind }]).map((rule) => ({
    ...rule,
    managedFieldsManagers: hasManagers ? rule.managedFieldsManagers : [],
  }));
}
