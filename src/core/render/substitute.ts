import { stringify } from 'yaml';
import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { expand } from './envsubst.ts';

type Lookup = (name: string) => string | undefined;
type Report = (message: string) => void;

/**
 * Substitutes the variables in every string of an object. The controller works on the object's YAML text, so a value that
 * stands there without quotes is read again afterwards: `${replicas}` becomes a number (fluxcd/pkg `kustomize_varsub.go`).
 */
export function substituteObject(object: JsonObject, lookup: Lookup, report: Report): JsonObject {
  const result = substituteValue(object, lookup, report);
  return isObject(result) ? result : object;
}

function substituteValue(value: Json, lookup: Lookup, report: Report): Json {
  if (typeof value === 'string') return value.includes('$') ? substituteString(value, lookup, report) : value;
  if (isList(value)) return value.map((each) => substituteValue(each, lookup, report));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.includes('${') ? (expandOrReport(key, lookup, report) ?? key) : key,
      substituteValue(each, lookup, report),
    ]),
  );
}

function substituteString(text: string, lookup: Lookup, report: Report): Json {
  const expanded = expandOrReport(text, lookup, report);
  if (expanded === undefined || expanded === text) return text;
  if (!isWrittenPlain(text)) return expanded;
  const reading = readYaml(`value: ${expanded}`, 'plain');
  const read = reading.documents[0]?.value;
  if (reading.problems.some((each) => each.severity === 'error') || !isObject(read)) {
    report(`After substitution "${text}" is no longer valid YAML; quote the variable's value.`);
    return expanded;
  }
  return read.value ?? null;
}

function expandOrReport(text: string, lookup: Lookup, report: Report): string | undefined {
  const result = expand(text, lookup);
  if (result.kind === 'expanded') return result.text;
  report(`"${text}" cannot be substituted: ${result.why}`);
  return undefined;
}

/** Whether the text stands in YAML without quotes and on one line. */
function isWrittenPlain(text: string): boolean {
  return stringify(text, { lineWidth: 0 }).trimEnd() === text;
}
