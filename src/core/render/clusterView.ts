import type { App } from '../model/app.ts';
import type { ClusterAnswer } from '../model/rendering.ts';
import type { KubeObject } from '../model/resource.ts';

/** What a server says of itself, in the words of Helm's `.Capabilities`. */
export interface Capabilities {
  /** `v1.33.4` */
  readonly kubeVersion: string;
  /** `apps/v1` and `apps/v1/Deployment`; absent where only the version was said. */
  readonly apiVersions?: readonly string[] | undefined;
}

/** An object that somebody asks a cluster for; without a name, all of a namespace. */
export interface ObjectQuestion {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a rendering may learn from the cluster that the app runs in. */
export interface ClusterView {
  readonly capabilities: Capabilities | undefined;
  /** `null` when the cluster holds no such object, `undefined` while that is not known. */
  find(question: ObjectQuestion): KubeObject | null | undefined;
}

/** No cluster is connected. */
export const noCluster: ClusterView = { capabilities: undefined, find: () => undefined };

/** The form in which Helm's engine writes a question. */
export function writeQuestion({ apiVersion, kind, namespace, name }: ObjectQuestion): string {
  return [apiVersion, kind, namespace, name].join(' ');
}

/** Reads what `writeQuestion` writes. */
export function readQuestion(text: string): ObjectQuestion {
  const [apiVersion = '', kind = '', namespace = '', name = ''] = text.split(' ');
  return { apiVersion, kind, namespace, name };
}

/** The question by which capabilities are recorded; no object has such a name. */
const capabilitiesQuestion = '';

/** A view that remembers what was asked of it, so that a result can be kept until one of the answers would differ. */
export class RecordingView implements ClusterView {
  readonly #base: ClusterView;
  readonly #asked = new Map<string, unknown>();

  constructor(base: ClusterView) {
    this.#base = base;
  }

  get asked(): readonly ClusterAnswer[] {
    return [...this.#asked].map(([question, answer]) => ({ question, answer }));
  }

  get capabilities(): Capabilities | undefined {
    const found = this.#base.capabilities;
    this.#asked.set(capabilitiesQuestion, found);
    return found;
  }

  find(question: ObjectQuestion): KubeObject | null | undefined {
    const found = this.#base.find(question);
    this.#asked.set(writeQuestion(question), found);
    return found;
  }
}

/** Tells whether a view would still give the very values that were recorded. */
export function answersSame(view: ClusterView, asked: readonly ClusterAnswer[] | undefined): boolean {
  return (asked ?? []).every(({ question, answer }) =>
    question === capabilitiesQuestion ? view.capabilities === answer : view.find(readQuestion(question)) === answer,
  );
}

/** Finds the view of the cluster that an app runs in. */
export type ClusterOf = (app: App) => ClusterView;
