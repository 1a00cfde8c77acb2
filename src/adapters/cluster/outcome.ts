import { isObject, numberAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { parseBody } from './parseBody.ts';
import { readLines } from './readLines.ts';

/** How one LIST or WATCH ended. `isGood`: the watch brought something or lasted, so that the server is well. */
export type Outcome =
  | { readonly kind: 'listed'; readonly version: string }
  | { readonly kind: 'ended'; readonly version: string; readonly isGood: boolean }
  /** 410: the version is too old, everything must be listed again. */
  | { readonly kind: 'expired'; readonly isGood: boolean }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'not-served' }
  /** The server does not stream lists; it has to be asked for pages. */
  | { readonly kind: 'no-stream' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly isGood: boolean;
      /** What the server asks for, in milliseconds. */
      readonly wait?: number | undefined;
      readonly version?: string | undefined;
    };

/** What an answer other than 200 means; `wait` is `Retry-After` in milliseconds. */
export function outcomeOf(status: number, message: string, wait: number | undefined): Outcome {
  if (status === 410) return { kind: 'expired', isGood: false };
  if (status === 403) return { kind: 'forbidden', message };
  if (status === 404) return { kind: 'not-served' };
  return { kind: 'failed', message, wait, isGood: false };
}

/** What the Status of an ERROR event means; 410 comes that way once a watch is under way. */
export function errorOutcome(status: JsonObject | undefined, message: string): Outcome {
  const seconds = numberAt(status, 'details', 'retryAfterSeconds');
  return outcomeOf(numberAt(status, 'code') ?? 500, message, seconds === undefined ? undefined : seconds * 1000);
}

/** One line of a watch; throws for one that is no event: cut off, or a proxy's page. */
export function parseLine(line: string): JsonObject {
  // Network edge: JSON.parse is typed `any`; `isObject` decides what it is.
  const value = JSON.parse(line) as Json;
  if (!isObject(value) || !isObject(value.object))
    throw new Error(
      'The answer to a WATCH is no watch event; a proxy or a login page may stand before the API server.',
    );
  return value;
}

/** The Status behind an answer other than 200. */
export async function readStatus(status: number, body: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const lines: string[] = [];
  for await (const line of readLines(body)) lines.push(line);
  return parseBody(status, lines.join('\n'));
}
