import { listAt, numberAt, objectAt, stringAt, stringsAt, valueAt } from '../../core/model/json.ts';
import type { Json } from '../../core/model/json.ts';
import { UserError } from '../../core/model/userError.ts';
import type { HelmObject, HelmProblem, HelmReply } from '../../core/ports.ts';

/** Reads the module's reply (`Reply` in engine/render/internal/chart). */
export function readHelmReply(bytes: Uint8Array): Omit<HelmReply, 'reads'> {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return {
    objects: listAt(reply, 'objects').flatMap(readObject),
    problems: listAt(reply, 'problems').map(readProblem),
    lookups: stringsAt(reply, 'lookups'),
  };
}

/** Reads the module's choice of a version (`Reply` in engine/render/internal/versions). */
export function readChoice(bytes: Uint8Array): string | undefined {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  const problem = stringAt(reply, 'problem');
  if (problem !== undefined) throw new UserError('fetch-failed', `${problem}.`);
  return stringAt(reply, 'version') || undefined;
}

function readObject(from: Json): readonly HelmObject[] {
  const object = objectAt(from, 'object');
  if (object === undefined) return [];
  const isCrd = valueAt(from, 'isCrd') === true;
  const second = objectAt(from, 'second');
  return [{ object, file: stringAt(from, 'file'), hooks: stringsAt(from, 'hooks'), isCrd, ...(second && { second }) }];
}

function readProblem(from: Json): HelmProblem {
  return {
    severity: stringAt(from, 'severity') === 'warning' ? 'warning' : 'error',
    message: stringAt(from, 'message') ?? '',
    file: stringAt(from, 'file'),
    line: numberAt(from, 'line'),
    column: numberAt(from, 'column'),
    layer: numberAt(from, 'layer'),
    values: stringAt(from, 'values'),
  };
}
