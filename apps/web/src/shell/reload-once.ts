import type { Workspace } from '../state/workspace.ts';

/** Holds the build that this tab was reloaded for. */
const key = 'berth.reloaded';
const patienceMs = 5_000;

/**
 * Opens the page anew when a part of it cannot be had, such as of a build that is gone: once a build, when gate is there,
 * and when nobody has anything on the page that would be lost. Else the page stays as it is.
 */
export async function reloadOnce(workspace: Workspace | undefined): Promise<void> {
  const build = import.meta.url;
  try {
    if (sessionStorage.getItem(key) === build || holdsSomething(workspace)) return;
    const answer = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(patienceMs) });
    if (!answer.ok || holdsSomething(workspace)) return;
    sessionStorage.setItem(key, build);
  } catch {
    // Away, or nothing can be remembered: it might go on for ever.
    return;
  }
  workspace?.keep();
  location.reload();
}

/** Whether something was written and is neither stored nor on its way for good. */
function holdsSomething(workspace: Workspace | undefined): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'textarea, input:not([type="checkbox"], [type="radio"], [type="search"])',
  );
  return (
    [...fields].some(({ value }) => value !== '') ||
    (workspace?.client.outgoing() ?? []).some(({ state }) => state === 'waiting' || state === 'failed')
  );
}
