import type { Workspace } from '../state/workspace.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { FileLinks } from './links.ts';
import { FilesService } from './offer.ts';

/** What of a workspace has to do with files: loaded with what shows them, not with the page. */
export interface Desk {
  service: FilesService;
  links: FileLinks;
}

const desks = new WeakMap<Workspace, Desk>();

export function deskOf(workspace: Workspace): Desk {
  const known = desks.get(workspace);
  if (known) return known;
  const { client } = workspace;
  const service = new FilesService(client);
  const links = new FileLinks({ ask: (requests) => service.links(requests), now: () => client.now() });
  const desk = { service, links };
  desks.set(workspace, desk);
  const learn = () => void service.learn();
  learn();
  const stop = client.on('resumed', learn);
  workspace.join({
    close: () => {
      stop();
      links.close();
    },
  });
  return desk;
}

export const useDesk = (): Desk => deskOf(useWorkspace());
