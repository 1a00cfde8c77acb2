import type { ScriptVerdict } from '../../core/health/healthScripts.ts';
import { isObject, listAt, numberAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';

/** Reads what the health module answers: verdicts in the order of the objects, fewer when its time was used up. */
export function readHealthReply(bytes: Uint8Array): readonly ScriptVerdict[] {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return listAt(reply, 'results').filter(isObject).map(readVerdict);
}

function readVerdict(from: JsonObject): ScriptVerdict {
  const message = stringAt(from, 'message') ?? '';
  const script = { key: stringAt(from, 'script') ?? '', isOverride: from.isOverride === true };
  switch (stringAt(from, 'kind')) {
    case 'judged':
      return { kind: 'judged', status: stringAt(from, 'status') ?? '', message, script };
    case 'silent':
      return { kind: 'silent', script };
    case 'failed':
      return { kind: 'failed', message, line: numberAt(from, 'line'), isEndless: from.isEndless === true, script };
    case 'ambiguous':
      return { kind: 'ambiguous', message };
    default:
      return { kind: 'unscripted' };
  }
}
