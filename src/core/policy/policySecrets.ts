import { isSecret } from '../diff/secrets.ts';
import { objectAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isList, isObject } from '../model/json.ts';
import { decodeBase64 } from '../render/base64.ts';
import type { PolicyResult } from './judgement.ts';

const hidden = '•••';

/**
 * Policies judge Secrets by their values, and some say them. What a result on a Secret says is shown without: every
 * value is replaced wherever it stands, encoded or not, and the mutated object is left out.
 */
export function hideSecretValues(result: PolicyResult, object: JsonObject | undefined): PolicyResult {
  if (object === undefined || !isSecret(object)) return result;
  const values = secretTexts(object);
  const hide = (text: string): string => values.reduce((left, value) => left.replaceAll(value, hidden), text);
  const { message, reason, details, auditAnnotations } = result;
  return {
    ...result,
    patched: undefined,
    wanted: undefined,
    message: message && hide(message),
    reason: reason && hide(reason),
    details: details && hideObject(details, hide),
    auditAnnotations: auditAnnotations && mapTexts(auditAnnotations, hide),
  };
}

/** Every text of a Secret that is one, longest first, so that no rest of a longer one stays behind. */
function secretTexts(object: JsonObject): readonly string[] {
  const written = ['data', 'stringData'].flatMap((key) => Object.values(objectAt(object, key) ?? {}));
  const texts = written.flatMap((each) => (typeof each === 'string' ? [each, decodeBase64(each) ?? ''] : []));
  return [...new Set(texts)].filter((each) => each !== '').sort((a, b) => b.length - a.length);
}

function hideObject(object: JsonObject, hide: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, hideJson(value, hide)]));
}

function hideJson(value: Json, hide: (text: string) => string): Json {
  if (typeof value === 'string') return hide(value);
  if (isList(value)) return value.map((each) => hideJson(each, hide));
  return isObject(value) ? hideObject(value, hide) : value;
}

function mapTexts(
  texts: Readonly<Record<string, string>>,
  hide: (text: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, hide(value)]));
}
