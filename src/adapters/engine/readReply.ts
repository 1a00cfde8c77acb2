import { isObject, listAt, numberAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json } from '../../core/model/json.ts';
import type { ObjectOrigin, RenderProblem } from '../../core/model/rendering.ts';
import type { EngineObject, KustomizeReply } from '../../core/ports.ts';

/** Reads the module's reply (`Reply` in engine/render/internal/render). */
export function readReply(bytes: Uint8Array): Omit<KustomizeReply, 'reads'> {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return { objects: listAt(reply, 'objects').flatMap(readObject), problems: listAt(reply, 'problems').map(readProblem) };
}

function readObject(from: Json): readonly EngineObject[] {
  const object = objectAt(from, 'object');
  if (object === undefined) return [];
  const origin = objectAt(from, 'origin');
  return [
    {
      object,
      origin: origin && readOrigin(origin),
      transformations: listAt(from, 'transformations').filter(isObject).map(readOrigin),
    },
  ];
}

function readOrigin(from: Json): ObjectOrigin {
  return {
    path: stringAt(from, 'path'),
    configuredIn: stringAt(from, 'configuredIn'),
    configuredBy: stringAt(from, 'configuredBy'),
  };
}

function readProblem(from: Json): RenderProblem {
  return {
    severity: stringAt(from, 'severity') === 'warning' ? 'warning' : 'error',
    message: stringAt(from, 'message') ?? '',
    file: stringAt(from, 'file'),
    line: numberAt(from, 'line'),
  };
}
