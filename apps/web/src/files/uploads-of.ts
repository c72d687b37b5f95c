import type { Workspace } from '../state/workspace.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { deskOf } from './desk.ts';
import { UploadStore } from './upload-store.ts';
import { Uploads } from './uploads.ts';

const all = new WeakMap<Workspace, Uploads>();

/** What this user sends; what an earlier page left is taken up with the first call. */
export function uploadsOf(workspace: Workspace): Uploads {
  const known = all.get(workspace);
  if (known) return known;
  const store = workspace.isKept ? new UploadStore(workspace.me) : undefined;
  const uploads = new Uploads(workspace.client, deskOf(workspace).service, store);
  all.set(workspace, uploads);
  workspace.join({ forget: () => uploads.clear(), close: () => uploads.close() });
  // Where nothing can be kept there is nothing to be taken up.
  uploads.start().catch(() => {});
  return uploads;
}

export const useUploads = (): Uploads => uploadsOf(useWorkspace());
