import { stringAt } from '../../core/model/json.ts';
import type { Clock, ClusterConnection, ClusterConnector, ContextInfo, Log, SecretHasher } from '../../core/ports.ts';
import { AnswerCache } from './answerCache.ts';
import { ApiClient } from './apiClient.ts';
import { ApiConnection } from './apiConnection.ts';
import { Credentials } from './credentials.ts';
import type { FollowSettings } from './follower.ts';
import { contextInfos, kubeconfigFiles, pickContext, readKubeconfig } from './kubeconfig.ts';
import { Limiter } from './limiter.ts';
import type { Limits } from './limiter.ts';
import { systemClock } from './systemClock.ts';
import { Transport } from './transport.ts';

/** What a connector is given; everything but hasher, trust and log has a default. */
export interface ConnectorOptions {
  /** One kubeconfig file in place of `KUBECONFIG` and `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  /** Whether credential plugins may be run; asked each time, because trust can be given later. */
  readonly allowExec: () => boolean;
  /** The one that desired Secrets are hashed with too, or nothing would ever be equal. */
  readonly hasher: SecretHasher;
  readonly log: Log;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly clock?: Clock | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly follow?: Partial<FollowSettings> | undefined;
  /** Folder for what servers say of themselves, kept between sessions; nothing is kept without it. */
  readonly cache?: string | undefined;
}

/** Milliseconds after which a program that gets credentials is said to be waited for. */
const programPatience = 1_000;

const defaultLimits: Limits = { requestsPerSecond: 50, burst: 100, concurrency: 16 };

const defaultFollow: FollowSettings = {
  pageSize: 500,
  streamsLists: true,
  watchSeconds: 300,
  silence: 150_000,
  firstBackoff: 500,
  longestBackoff: 30_000,
  recheck: 300_000,
};

/** Makes the product's way to clusters; nothing is read before it is asked for. */
export function createConnector(options: ConnectorOptions): ClusterConnector {
  const environment = options.environment ?? process.env;
  const files = kubeconfigFiles(options.kubeconfig, environment);
  return {
    listContexts: async (): Promise<readonly ContextInfo[]> => contextInfos(await readKubeconfig(files)),
    connect: async (context, signal, onProgram): Promise<ClusterConnection> => {
      const connection = await openConnection({ ...options, environment, onProgram }, files, context);
      try {
        // The first answer tells whether server, certificates and credentials are right, and is needed anyway.
        await connection.readKinds(signal);
        return connection;
      } catch (error) {
        connection.close();
        throw error;
      }
    },
  };
}

interface OpenOptions extends ConnectorOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgram: ((command: string | undefined) => void) | undefined;
}

/** Only a program that takes its time may be waiting for a person; of the others, one for each request, nothing is told. */
function tellOf({ onProgram, log }: OpenOptions): (command: string) => () => void {
  return (command) => {
    let isTold = false;
    const timer = setTimeout(() => {
      log.info(`Waiting for ${command}, which may ask you to log in.`);
      isTold = true;
      onProgram?.(command);
    }, programPatience);
    return () => {
      clearTimeout(timer);
      if (isTold) onProgram?.(undefined);
    };
  };
}

async function openConnection(
  options: OpenOptions,
  files: readonly string[],
  context: string,
): Promise<ClusterConnection> {
  const load = async (): Promise<ReturnType<typeof pickContext>> => pickContext(await readKubeconfig(files), context);
  const { server, cluster } = await load();
  const clock = options.clock ?? systemClock;
  const place = { context, server };
  const proxyUrl = stringAt(cluster, 'proxy-url') || undefined;
  const hasEnvironmentProxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some(
    (name) => options.environment[name],
  );
  const transport = new Transport(
    { ...place, proxyUrl, hasEnvironmentProxy },
    new Credentials({ load, allowExec: options.allowExec, clock, onProgram: tellOf(options) }),
  );
  const client = new ApiClient(transport, new Limiter({ ...defaultLimits, ...options.limits }, clock), clock);
  const settings = { ...defaultFollow, ...options.follow };
  const { hasher, log } = options;
  const cache = new AnswerCache(options.cache);
  return new ApiConnection({ place, transport, client, clock, random: Math.random, settings, hasher, log, cache });
}
