import { stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import { UserError } from '../../core/model/userError.ts';

/** Which cluster a message is about. */
export interface ClusterPlace {
  readonly context: string;
  readonly server: string;
}

/** What TLS failures mean and what helps, by Node's and OpenSSL's codes. */
const tlsWords: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not the certificate authority of the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate authority that signed its certificate is not the one in the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate authority that signed its certificate is not the one in the kubeconfig',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate authority that signed its certificate is not the one in the kubeconfig',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate authority that signed its certificate is neither in the kubeconfig nor known to this machine',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the certificate authority of the kubeconfig',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (check the clock of this machine)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name (tls-server-name in the kubeconfig may be needed)',
  EPROTO: 'it does not speak TLS on that port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on that port',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the authority of our client certificate',
  ERR_OSSL_PEM_NO_START_LINE: 'the certificate authority or client certificate in the kubeconfig is not PEM',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'client certificate and key in the kubeconfig do not belong together',
};

const reachWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'it stopped answering',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
};

/** The one message for a request that got no answer. */
export function noAnswer({ context, server }: ClusterPlace, cause: unknown): UserError {
  const code = codeOf(cause);
  const data = { context, server, code };
  const tls = tlsWords[code] ?? (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') ? code : undefined);
  if (tls !== undefined) {
    const message = `The TLS connection to ${server} (context ${context}) failed: ${tls}. Check certificate-authority and server of the cluster in the kubeconfig.`;
    return new UserError('cluster-tls', message, data, { cause });
  }
  const why = reachWords[code] ?? (cause instanceof Error ? cause.message : String(cause));
  const message = `Cluster ${context} cannot be reached at ${server}: ${why}. Check that it runs and that VPN or tunnel are up, then connect again.`;
  return new UserError('cluster-unreachable', message, data, { cause });
}

/** The one message for an answer that is a refusal. */
export function refused({ context, server }: ClusterPlace, status: number, body: JsonObject): UserError {
  const said = stringAt(body, 'message') ?? `status ${status}`;
  const data = { context, server, status: String(status) };
  if (status === 401) {
    const message = `Cluster ${context} does not accept the credentials of the kubeconfig (${said}). Log in again, then connect again.`;
    return new UserError('cluster-unauthorized', message, data);
  }
  if (status === 403) return new UserError('cluster-forbidden', `Cluster ${context}: ${said}`, data);
  return new UserError('cluster-failed', `Cluster ${context} answered with an error: ${said}`, data);
}

/** The code of an error or of what caused it; undici wraps several attempts in an AggregateError. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== '') ?? '';
  return codeOf(error.cause);
}
