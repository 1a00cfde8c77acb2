import { needKey } from '../../core/model/remoteNeed.ts';
import type { RemoteNeed } from '../../core/model/remoteNeed.ts';
import type { FetchedVersion, Log, SourceFetcher, VersionChooser } from '../../core/ports.ts';
import { fetchChart } from './chartRepository.ts';
import type { FetchedContent, FetchStore } from './fetchStore.ts';
import { fetchCommit } from './gitSource.ts';
import type { Environment } from './helmRepositories.ts';
import { HttpClient, refusal } from './httpClient.ts';
import { fetchArtifact } from './ociRegistry.ts';

/** What fetching works with. */
export interface FetcherOptions {
  /** Where the results are kept. */
  readonly store: FetchStore;
  readonly chooser: VersionChooser;
  /** The environment in which a person's own Helm, Docker and git find their files. */
  readonly environment: Environment;
  /** Whether programs that keep credentials may be started. */
  readonly allowExec: () => boolean;
  readonly log: Log;
}

/** Makes a fetcher. A bundle of its own: the network is touched on a person's word only. */
export function createFetcher({ store, chooser, environment, allowExec, log }: FetcherOptions): SourceFetcher {
  const fetchContent = async (need: RemoteNeed, http: HttpClient, signal: AbortSignal): Promise<FetchedContent> => {
    switch (need.kind) {
      case 'chart':
        return fetchChart(need, { http, chooser, environment }, signal);
      case 'oci':
        return fetchArtifact(need, { http, chooser, login: { environment, allowExec } }, signal);
      case 'git':
        return fetchCommit(need, environment, signal);
      case 'file':
        return fetchFile(need.url, http, signal);
    }
  };
  return {
    fetch: async (need, signal): Promise<FetchedVersion> => {
      const http = new HttpClient();
      try {
        const fetched = await store.put(needKey(need), await fetchContent(need, http, signal));
        log.info(`Fetched ${need.kind} ${needKey(need)}: ${fetched.version} (${fetched.digest})`);
        return fetched;
      } finally {
        await http.close();
      }
    },
  };
}

async function fetchFile(url: string, http: HttpClient, signal: AbortSignal): Promise<FetchedContent> {
  const answer = await http.get(url, {}, {}, signal);
  if (answer.status !== 200) throw refusal(answer, url, 'file');
  return { kind: 'file', version: '', content: answer.content };
}
