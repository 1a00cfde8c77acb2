import { isObject, listAt, objectAt, stringAt, stringsAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { ApplicationSetReply, ParameterOrigin } from '../../core/ports.ts';

/** Reads the module's reply (`Reply` in engine/render/internal/appset). */
export function readSetReply(bytes: Uint8Array): Omit<ApplicationSetReply, 'reads'> {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return {
    applications: objectsIn(reply, 'applications').map((each) => ({
      object: objectAt(each, 'object') ?? {},
      from: objectsIn(each, 'from').map(readOrigin),
      generator: stringAt(each, 'generator') ?? '',
    })),
    problems: objectsIn(reply, 'problems').map((each) => ({
      ...readOrigin(each),
      message: stringAt(each, 'message') ?? '',
      isPartial: each.isPartial === true,
    })),
    undecided: objectsIn(reply, 'undecided').map((each) => ({
      path: stringAt(each, 'path') ?? '',
      kind: stringAt(each, 'kind') ?? '',
    })),
    repositories: stringsAt(reply, 'repositories'),
  };
}

function readOrigin(from: JsonObject): ParameterOrigin {
  return { path: stringAt(from, 'path') ?? '', file: stringAt(from, 'file') };
}

function objectsIn(from: Json, key: string): readonly JsonObject[] {
  return listAt(from, key).filter(isObject);
}
