import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../../src/core/model/json.ts';
import { objectAt, stringAt } from '../../src/core/model/json.ts';

/** What a webhook says of an object. */
export interface WebhookWord {
  readonly denial?: string;
  readonly warnings?: readonly string[];
}

/** A validating webhook as admission engines run one, on loopback with the lab's own certificate. */
export class AdmissionWebhook {
  readonly #server: Server;
  readonly #ca: string;
  /** What it answers, by the name of the object asked about; everything else is let in. */
  readonly words = new Map<string, WebhookWord>();

  /** `dir` is the control plane's. */
  constructor(dir: string) {
    const read = (name: string): string => readFileSync(join(dir, 'certs', name), 'utf8');
    this.#ca = read('ca.crt');
    this.#server = createServer({ cert: read('server.crt'), key: read('server.key') }, (incoming, answer) => {
      const chunks: string[] = [];
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => chunks.push(chunk));
      incoming.on('end', () => {
        // Edge: the API server sends JSON.
        const review = objectAt(JSON.parse(chunks.join('')) as JsonObject) ?? {};
        answer.setHeader('content-type', 'application/json');
        answer.end(JSON.stringify({ ...review, response: this.#responseTo(objectAt(review, 'request') ?? {}) }));
      });
    });
  }

  /** Listens, and gives the configuration by which an API server asks it about some resources. */
  async start(name: string, webhook: string, resources: readonly string[]): Promise<JsonObject> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // Edge: a server that listens on a port has an address of this type.
    const { port } = this.#server.address() as AddressInfo;
    const url = `https://127.0.0.1:${String(port)}/validate`;
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: webhook,
          clientConfig: { url, caBundle: Buffer.from(this.#ca).toString('base64') },
          rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources }],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          admissionReviewVersions: ['v1'],
        },
      ],
    };
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #responseTo(request: JsonObject): JsonObject {
    const { denial, warnings = [] } = this.words.get(stringAt(request, 'name') ?? '') ?? {};
    const status = denial === undefined ? {} : { status: { message: denial, code: 400 } };
    return { uid: stringAt(request, 'uid') ?? '', allowed: denial === undefined, warnings, ...status };
  }
}
