import { BerthError } from '@berth/client';
import { errorTable } from '@berth/wire';
import type { Workspace } from '../state/workspace.ts';

/** Told once nothing was typed for so long, and while one types at least so often. */
const quietMs = 1_000;
const mostMs = 5_000;

/** Keeps drafts the same on all of the user's devices. */
export class DraftSync {
  readonly #workspace: Workspace;
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first thing was typed that was not told since. */
  #since: number | undefined;
  #telling = false;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    const { client, drafts } = workspace;
    this.#stops = [
      drafts.subscribe(() => this.#changed()),
      client.on('resumed', () => void this.#ask()),
      client.on('drafted', ({ conversation, at, ...draft }) => drafts.heard(conversation, draft, at)),
    ];
    void this.#ask();
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #changed(): void {
    if (this.#workspace.drafts.untold().length === 0) return;
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    const waitMs = Math.max(0, Math.min(quietMs, this.#since + mostMs - now));
    this.#timer = setTimeout(() => void this.#tell(), waitMs);
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    this.#since = undefined;
    const { client, drafts } = this.#workspace;
    try {
      for (const [conversation, draft] of drafts.untold()) {
        const { text, replyTo, mentions = [] } = draft;
        const said = text.trim() === '' ? '' : text;
        const meant = said !== '' && mentions.length > 0;
        try {
          const body = {
            ...{ conversation, text: said.toWellFormed() },
            ...(replyTo !== undefined && { replyTo }),
            ...(meant && { mentions: [...mentions] }),
          };
          drafts.told(conversation, draft, (await client.request('draft', body)).at);
        } catch (error) {
          // What the server never takes stays on this device; else it is told after the next connect or change.
          if (!(error instanceof BerthError) || errorTable[error.code].retry) return;
          drafts.told(conversation, draft, 0);
        }
      }
    } finally {
      this.#telling = false;
      if (client.state.kind === 'online') this.#changed();
    }
  }

  /** What was typed elsewhere while this device was away. */
  async #ask(): Promise<void> {
    const { client, drafts } = this.#workspace;
    const found = new Set<number>();
    let first: number | undefined;
    try {
      for (let cursor: string | undefined; ; ) {
        const page = await client.request('drafts', { limit: 200, ...(cursor !== undefined && { cursor }) });
        first ??= page.at;
        for (const { conversation, at, ...draft } of page.drafts) {
          found.add(conversation);
          drafts.heard(conversation, draft, at);
        }
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      drafts.heardAll(found, first);
    } catch {
      // Asked again after the next connect.
    }
    this.#changed();
  }
}
