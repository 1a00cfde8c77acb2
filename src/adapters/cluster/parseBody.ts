import { isObject } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';

/** The object that an answer holds; one that is none (a proxy's page) becomes a Status with its text. */
export function parseBody(status: number, text: string): JsonObject {
  try {
    // Network edge: JSON.parse is typed `any`; `isObject` decides what it is.
    const value = JSON.parse(text) as unknown;
    if (isObject(value)) return value;
  } catch {
    // Falls through to the Status below.
  }
  const message = text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
  return { kind: 'Status', apiVersion: 'v1', status: status < 400 ? 'Success' : 'Failure', code: status, message };
}
