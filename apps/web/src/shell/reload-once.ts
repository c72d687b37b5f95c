import { homeUrl, ownName } from '../state/home.ts';
import type { Workspace } from '../state/workspace.ts';

/** Holds the page that this tab was reloaded for. */
const key = ownName('berth.reloaded');
const patienceMs = 5_000;

/**
 * Opens the page anew when a part of it cannot be had and gate has another build by now: once for that build, when it is
 * really there, and when nobody has anything on the page that would be lost. Else the page stays as it is.
 */
export async function reloadOnce(workspace: Workspace | undefined): Promise<void> {
  try {
    if (holdsSomething(workspace)) return;
    const script = scriptOf(await (await ask('./')).text());
    const current = document.querySelector('script[type="module"][src]')?.getAttribute('src');
    if (script === undefined || script === current || sessionStorage.getItem(key) === script) return;
    await ask(script);
    if (holdsSomething(workspace)) return;
    sessionStorage.setItem(key, script);
  } catch {
    // Away, or nothing can be remembered: it might go on for ever.
    return;
  }
  workspace?.keep();
  location.reload();
}

/** `path`: relative to the page's folder. */
async function ask(path: string): Promise<Response> {
  const answer = await fetch(new URL(path, homeUrl()), {
    cache: 'no-store',
    signal: AbortSignal.timeout(patienceMs),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

/** The script that a page begins with. */
const scriptOf = (page: string): string | undefined =>
  new DOMParser()
    .parseFromString(page, 'text/html')
    .querySelector('script[type="module"][src]')
    ?.getAttribute('src') ?? undefined;

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
