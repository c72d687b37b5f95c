import {
  type AccountUser,
  type BerthClient,
  BerthError,
  browserTabs,
  type ClientOptions,
  type ConnectionState,
  createClient,
  IndexedDbStorage,
  type KeyValueStorage,
  MemoryStorage,
  type PlatformAnswer,
  WebStorage,
} from '@berth/client';
import { WorkspaceCache } from './cache.ts';
import { Drafts } from './drafts.ts';
import { ownName } from './home.ts';
import { openKeptTexts } from './kept-texts.ts';
import { Cell } from './observable.ts';
import { Workspace } from './workspace.ts';

export type Phase =
  | { kind: 'restoring' }
  | { kind: 'out'; notice?: (ConnectionState & { kind: 'ended' })['reason'] }
  | { kind: 'in'; workspace: Workspace };

/** A gap longer than this is not fetched message by message after an absence; history has it. */
const catchUpLimit = 500;
/** Tells the next page that there is a session, before its storage has been read. */
const hintKey = 'berth.here';

/** Whoever is told to come again, such as while nodes have just started, waits this long at most before hearing of it. */
const patienceMs = 15_000;
const comeAgainMs = 500;

/** Who is logged in at this page, and the ways in and out. */
export class Accounts {
  readonly phase = new Cell<Phase>({ kind: 'restoring' });
  readonly #gateUrl: string;
  readonly #deviceName: string;
  readonly #platform: string;
  /** Asks what needs no session. */
  readonly #stranger: BerthClient;
  /** Outlives the browser… */
  readonly #lasting: KeyValueStorage;
  /** …and outlives only the page. */
  readonly #passing: KeyValueStorage;
  readonly #tabs = browserTabs();
  readonly #lastingTexts = openKeptTexts('localStorage');
  readonly #passingTexts = openKeptTexts('sessionStorage');
  #platformAnswer: Promise<PlatformAnswer> | undefined;

  constructor(options: { gateUrl: string; deviceName: string; platform: string }) {
    this.#gateUrl = options.gateUrl;
    this.#deviceName = options.deviceName.slice(0, 64);
    this.#platform = options.platform.slice(0, 32);
    this.#lasting = new IndexedDbStorage(ownName('berth'));
    this.#passing = new WebStorage(this.#passingTexts);
    this.#stranger = this.#createClient(new MemoryStorage());
  }

  /** Whether someone was logged in when this page was left, as far as can be told at once. */
  get expected(): boolean {
    return [this.#lastingTexts, this.#passingTexts].some((texts) => texts.getItem(hintKey) !== null);
  }

  /** Takes up the session that this device has kept, if any. */
  async restore(): Promise<void> {
    for (const storage of [this.#passing, this.#lasting]) {
      const client = this.#createClient(storage);
      // A storage that refuses has no session.
      const user = await client.restore().catch(() => undefined);
      if (user) return this.#enter(client, user, storage);
      await client.close();
    }
    this.phase.value = { kind: 'out' };
  }

  readonly previewInvite: BerthClient['previewInvite'] = (invite) => this.#stranger.previewInvite(invite);
  readonly previewGroup: BerthClient['previewGroup'] = (link) => this.#stranger.previewGroup(link);
  readonly sendCode: BerthClient['sendCode'] = (body) => this.#stranger.sendCode(body);

  /** Makes the account and is logged in with it. Answers false when it is made, and logging in is still to be done. */
  register(body: Parameters<BerthClient['register']>[0]): Promise<boolean> {
    return this.#thenLogIn(this.#stranger.register(body), body);
  }

  /** Sets the password and is logged in with it; as `register`. */
  resetPassword(body: Parameters<BerthClient['resetPassword']>[0]): Promise<boolean> {
    return this.#thenLogIn(this.#stranger.resetPassword(body), body);
  }

  /** What the platform offers; asked for once, and again after a failure. */
  platform(): Promise<PlatformAnswer> {
    this.#platformAnswer ??= this.#stranger.platform().catch((error: unknown) => {
      this.#platformAnswer = undefined;
      throw error;
    });
    return this.#platformAnswer;
  }

  /** `stay`: the session outlives the browser, and what was read stays on this device. */
  async logIn(body: { email: string; password: string; stay: boolean }): Promise<void> {
    const storage = body.stay ? this.#lasting : this.#passing;
    const client = this.#createClient(storage);
    try {
      await logInWhenThereIsRoom(client, { email: body.email, password: body.password });
    } catch (error) {
      await client.close();
      throw error;
    }
    await this.#enter(client, client.account!, storage);
  }

  /** What is done is done: should nobody get in right now, the log-in page is where one goes on. */
  async #thenLogIn(done: Promise<unknown>, body: { email: string; password: string }): Promise<boolean> {
    await done;
    try {
      await this.logIn({ email: body.email, password: body.password, stay: true });
      return true;
    } catch {
      return false;
    }
  }

  async #enter(client: BerthClient, user: AccountUser, storage: KeyValueStorage): Promise<void> {
    const lasts = storage === this.#lasting;
    const texts = lasts ? this.#lastingTexts : this.#passingTexts;
    try {
      texts.setItem(hintKey, 'yes');
    } catch {
      // No room: the next page learns it a little later.
    }
    const workspace = new Workspace(
      client,
      user,
      new Drafts(texts, user.id),
      new WorkspaceCache(lasts ? storage : new MemoryStorage(), user.id),
      lasts,
    );
    workspace.connection.subscribe(() => {
      const state = workspace.connection.value;
      if (state.kind === 'ended') void this.#leave(workspace, state.reason);
    });
    await workspace.start();
    this.phase.value = { kind: 'in', workspace };
  }

  async #leave(workspace: Workspace, notice: 'session-ended' | 'logged-out'): Promise<void> {
    const phase = this.phase.value;
    if (phase.kind !== 'in' || phase.workspace !== workspace) return;
    for (const texts of [this.#lastingTexts, this.#passingTexts]) texts.removeItem(hintKey);
    this.phase.value = { kind: 'out', notice };
    if (notice === 'logged-out') await workspace.forget();
    await workspace.close();
  }

  #createClient(storage: KeyValueStorage): BerthClient {
    const options: ClientOptions = {
      gateUrl: this.#gateUrl,
      storage,
      deviceName: this.#deviceName,
      platform: this.#platform,
      catchUpLimit,
      files: true,
      tabs: this.#tabs,
    };
    return createClient(options);
  }
}

async function logInWhenThereIsRoom(
  client: BerthClient,
  body: { email: string; password: string },
): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      await client.logIn(body);
      return;
    } catch (error) {
      if (!(error instanceof BerthError) || error.code !== 'no_berth') throw error;
      const delayMs = (error.retryAfterMs ?? comeAgainMs) * (1 + Math.random() / 2);
      if (performance.now() + delayMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
