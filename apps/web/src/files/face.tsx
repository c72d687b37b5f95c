import type { LinkRequest } from '@berth/wire/files';
import { type ComponentType, lazy, Suspense, useContext } from 'react';
import { loadPart } from '../shell/load-part.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import type { Workspace } from '../state/workspace.ts';
import { WorkspaceContext } from '../state/workspace-context.ts';

/** Comes after the page, which many see who have none; where it cannot be had there are initials. */
const FacePicture = lazy<ComponentType<{ request: LinkRequest }>>(() =>
  loadPart(() => import('./face-picture.tsx')).then(
    ({ FacePicture }) => ({ default: FacePicture }),
    () => ({ default: () => null }),
  ),
);

/** The picture of a person or a group over what stands for it, as far as there is one. */
export function Face({ id, group, icon }: { id: number; group: boolean; icon: string | undefined }) {
  const workspace = useContext(WorkspaceContext);
  // A stranger may see none.
  if (!workspace) return null;
  return group ? (
    <GroupFace id={id} workspace={workspace} />
  ) : (
    <PersonFace id={id} icon={icon} workspace={workspace} />
  );
}

function PersonFace({
  id,
  icon,
  workspace: { people, profile, me },
}: {
  id: number;
  icon: string | undefined;
  workspace: Workspace;
}) {
  const known = useObserved(people, (all) => all.profile(id)?.icon);
  const own = useCell(profile)?.icon;
  const file = fileOfIcon(id === me ? (own ?? known ?? icon) : (known ?? icon));
  return file === undefined ? null : <Shown key={file} request={{ file, user: id }} />;
}

function GroupFace({ id, workspace: { conversations } }: { id: number; workspace: Workspace }) {
  const file = useObserved(conversations, (all) => all.get(id)?.picture);
  return file ? <Shown key={file} request={{ file, group: id }} /> : null;
}

const Shown = ({ request }: { request: LinkRequest }) => (
  <Suspense>
    <FacePicture request={request} />
  </Suspense>
);

/** The file that an icon names; other icons are of other clients. */
export function fileOfIcon(icon: string | undefined): string | undefined {
  return /^file:(?<file>[\w-]{22})$/.exec(icon ?? '')?.groups?.file;
}
