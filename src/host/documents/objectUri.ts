import type { AppId } from '../../core/model/app.ts';
import { baseName } from '../../core/model/place.ts';
import { describeKey, parseKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import type { VerdictRef } from '../../core/policy/policyVerdict.ts';
import type { Side } from '../../core/overview/api.ts';

/** Scheme of the documents that exist in no file. */
export const documentScheme = 'plumbline';

/** What a virtual document shows. */
export type DocumentSubject =
  /** With an app only the part that the app declares or that differs from it; without one the whole object. */
  | { readonly kind: 'live'; readonly context: string; readonly object: ResourceKey; readonly app?: AppId | undefined }
  | { readonly kind: 'rendered'; readonly app: AppId; readonly object: ResourceKey; readonly side: Side }
  | { readonly kind: 'app'; readonly app: AppId; readonly side: Side }
  /** Why a policy says what it says. */
  | { readonly kind: 'verdict'; readonly app: AppId; readonly verdict: VerdictRef };

/** Path and query of a document's URI. The path is for people (tab title, language); the query alone says what is shown. */
export interface DocumentAddress {
  readonly path: string;
  readonly query: string;
}

/** Makes the address of a document; equal subjects have equal addresses. */
export function addressOf(subject: DocumentSubject): DocumentAddress {
  return { path: pathOf(subject), query: JSON.stringify(subject) };
}

/** Reads an address again; `undefined` for a query that was made by somebody else. */
export function subjectOf(query: string): DocumentSubject | undefined {
  const value = parse(query);
  if (!isSubject(value)) return undefined;
  return value;
}

/** The last part is the tab's title: what it is, and which of its forms. */
function pathOf(subject: DocumentSubject): string {
  switch (subject.kind) {
    case 'live':
      return `/${plain(subject.context)}/${objectFile(subject.object, plain(subject.context))}`;
    case 'rendered':
      return `/${plain(subject.app)}/${objectFile(subject.object, formOf(subject.side))}`;
    case 'verdict':
      return `/${plain(subject.app)}/${plain(subject.verdict.policy)} on ${plain(describeKey(subject.verdict.object))}.md`;
    case 'app':
      return `/${plain(subject.app)}/${baseName(subject.app)} (${formOf(subject.side)}).yaml`;
  }
}

function objectFile(object: ResourceKey, form: string): string {
  const { kind, namespace, name } = parseKey(object);
  return [namespace, `${kind}-${name} (${form}).yaml`].filter((part) => part !== undefined).join('/');
}

function formOf(side: Side): string {
  return side === 'buffers' ? 'rendered' : `rendered ${side}`;
}

/** A path segment: contexts and app ids may hold slashes and colons. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.@-]+/g, '-');
}

function parse(query: string): unknown {
  try {
    return JSON.parse(query);
  } catch {
    return undefined;
  }
}

const sides: readonly Side[] = ['buffers', 'head', 'upstream', 'applied'];

function isSubject(value: unknown): value is DocumentSubject {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const isText = (key: string): boolean => typeof new Map<string, unknown>(Object.entries(value)).get(key) === 'string';
  const hasSide = 'side' in value && sides.some((side) => side === value.side);
  if (value.kind === 'live') return isText('context') && isText('object') && (!('app' in value) || isText('app'));
  if (value.kind === 'rendered') return isText('app') && isText('object') && hasSide;
  if (value.kind === 'verdict') return isText('app') && 'verdict' in value && isVerdict(value.verdict);
  return value.kind === 'app' && isText('app') && hasSide;
}

/** Reads outside data as the reference of a verdict. */
export function isVerdict(value: unknown): value is VerdictRef {
  if (typeof value !== 'object' || value === null) return false;
  const facts = new Map<string, unknown>(Object.entries(value));
  const isText = (key: string): boolean => typeof facts.get(key) === 'string';
  const isMaybeText = (key: string): boolean => facts.get(key) === undefined || isText(key);
  return ['app', 'object', 'policy'].every(isText) && ['rule', 'document', 'message'].every(isMaybeText);
}
