import { type BerthClient, BerthError } from '@berth/client';
import type { Transfer } from '@berth/client/files';
import { limits } from '@berth/wire';
import type { FileAnswer } from '@berth/wire/files';
import { newCid } from '../groups/new-cid.ts';
import { loadPart } from '../shell/load-part.ts';
import { ownName } from '../state/home.ts';
import { Observable } from '../state/observable.ts';
import { inspect, type Seen } from './inspect.ts';
import type { FilesService } from './offer.ts';
import { TabLock } from './tab-lock.ts';
import { kindOf, type Parcel, placeKey, type Sealed, type Upload, type UploadPlace } from './upload.ts';
import { assertReadable, attachmentOf, problemOf, takenUp } from './upload-outcome.ts';
import type { UploadStore } from './upload-store.ts';

/** Files that are sent at a time. */
const maxSending = 2;
/** Files and texts that wait at most. */
const maxUploads = 100;
const maxParcels = 100;
/** Progress is shown so often. */
const progressEveryMs = 250;
/** Speed is that of the last while. */
const speedOverMs = 3_000;
/** The server is asked so long at a time whether a file is ready. */
const readyWaitMs = 20_000;
const maxReadyAsks = 30;

type Ports = Pick<BerthClient, 'send'>;

export interface Chosen {
  file: File;
  /** Nothing is taken out of it, and it is shown as a file. */
  original?: boolean;
}

interface Running {
  stop(): void;
}

/** Files that are to be sent, by conversation and thread, with the texts that must not overtake them. */
export class Uploads extends Observable {
  readonly #client: Ports;
  readonly #service: FilesService;
  /** Undefined: what waits lasts as long as the page. */
  readonly #store: UploadStore | undefined;
  #tab: TabLock | undefined;
  readonly #parcels = new Map<string, Parcel>();
  readonly #bytes = new Map<string, Blob>();
  readonly #previews = new Map<string, string>();
  readonly #running = new Map<string, Running>();
  readonly #views = new Map<string, readonly Parcel[]>();
  #closed = false;

  constructor(client: Ports, service: FilesService, store: UploadStore | undefined) {
    super();
    this.#client = client;
    this.#service = service;
    this.#store = store;
  }

  /** Takes up what was left by pages that are gone. */
  async start(): Promise<void> {
    this.#service.offer.subscribe(() => this.#pump());
    window.addEventListener('online', this.#online);
    if (!this.#store) return;
    const tab = new TabLock(ownName('berth-uploads'));
    this.#tab = tab;
    await tab.alone(async (present) => {
      for (const kept of await this.#store!.parcels()) {
        if (kept.tab !== undefined && present.has(kept.tab)) continue;
        const uploads: Upload[] = [];
        for (const upload of kept.uploads) {
          const bytes = upload.attachment ? undefined : await this.#store!.bytes(upload.id);
          if (bytes) this.#learnBytes(upload.id, bytes, upload.kind);
          uploads.push(takenUp(upload, bytes !== undefined));
        }
        this.#put({ ...kept, uploads, tab: tab.id });
      }
    });
    this.#pump();
  }

  /** What waits in a place, in the order in which it is sent. */
  of(place: UploadPlace): readonly Parcel[] {
    let view = this.#views.get(placeKey(place));
    if (!view) {
      view = [...this.#parcels.values()]
        .filter((parcel) => placeKey(parcel) === placeKey(place))
        .sort((one, other) => Number(!one.sealed) - Number(!other.sealed) || one.createdAt - other.createdAt);
      this.#views.set(placeKey(place), view);
    }
    return view;
  }

  /** The address of a picture that was chosen, on this device. */
  preview(id: string): string | undefined {
    return this.#previews.get(id);
  }

  /** Begins to upload; they are sent with the next `seal`. Answers with how many there was no room for. */
  attach(place: UploadPlace, chosen: readonly Chosen[]): number {
    const draft = this.of(place).find(({ sealed }) => !sealed);
    const room = Math.min(
      limits.maxAttachments - (draft?.uploads.length ?? 0),
      maxUploads - [...this.#parcels.values()].reduce((sum, { uploads }) => sum + uploads.length, 0),
    );
    const taken = chosen.slice(0, Math.max(0, room));
    if (taken.length > 0) {
      const uploads = taken.map(({ file, original = false }) => this.#take(file, { original }));
      const parcel = draft ?? this.#newParcel(place);
      this.#put({ ...parcel, uploads: [...parcel.uploads, ...uploads] });
      this.#pump();
    }
    return chosen.length - taken.length;
  }

  /** Sends one's voice, after what waits already. */
  sendVoice(place: UploadPlace, file: File, seen: Seen & { waveform: string }, replyTo?: number): void {
    const upload = { ...this.#take(file, { original: false }), ...seen, kind: 'voice' as const };
    this.#put({
      ...this.#newParcel(place),
      uploads: [upload],
      sealed: { text: '', ...(replyTo !== undefined && { replyTo }) },
    });
    this.#pump();
  }

  /**
   * Sends what is attached with a text, once it is uploaded; without anything attached the text alone, should it have to
   * wait. False: nothing has to, and the text may be sent as it is.
   */
  seal(place: UploadPlace, sealed: Sealed): boolean {
    const parcels = this.of(place);
    const draft = parcels.find(({ sealed }) => !sealed);
    if (!draft && !parcels.some((parcel) => parcel.sealed)) return false;
    if (this.#parcels.size >= maxParcels) throw new BerthError('limit_reached');
    const parcel = draft ?? this.#newParcel(place);
    this.#put({ ...parcel, createdAt: this.#nextTime(), sealed });
    this.#pump();
    return true;
  }

  pause(id: string): void {
    this.#running.get(id)?.stop();
    this.#change(id, { state: 'paused', bytesPerSecond: undefined });
    this.#pump();
  }

  /** Goes on, or tries again. */
  resume(id: string): void {
    const state = this.#bytes.has(id) || this.#find(id)?.upload.url ? 'waiting' : 'missing';
    this.#change(id, { state, problem: undefined });
    this.#pump();
  }

  /** The same file, chosen again. */
  replace(id: string, file: File): void {
    const found = this.#find(id);
    if (!found) return;
    if (file.size !== found.upload.bytes || file.name !== found.upload.name) {
      this.#change(id, { problem: { kind: 'changed' } });
      return;
    }
    this.#learnBytes(id, file, found.upload.kind);
    this.#change(id, { state: 'waiting', problem: undefined });
    void this.#store?.keepBytes(id, file);
    this.#pump();
  }

  remove(id: string): void {
    const found = this.#find(id);
    if (!found) return;
    const { parcel, upload } = found;
    this.#letGo(upload, true);
    const uploads = parcel.uploads.filter((other) => other !== upload);
    if (uploads.length === 0 && !parcel.sealed?.text) this.#forget({ ...parcel, uploads: [] });
    else this.#put({ ...parcel, uploads });
    this.#pump();
  }

  /** Gives a message up with all its files. */
  removeParcel(id: string): void {
    const parcel = this.#parcels.get(id);
    if (!parcel) return;
    for (const upload of parcel.uploads) this.#letGo(upload, true);
    this.#forget(parcel);
    this.#pump();
  }

  /** Sends a message again that was not taken. */
  retryParcel(id: string): void {
    const parcel = this.#parcels.get(id);
    if (parcel) this.#put({ ...parcel, refused: undefined });
    this.#pump();
  }

  /** Forgets everything, on this device as well: the user logs out. */
  async clear(): Promise<void> {
    for (const { id } of [...this.#parcels.values()]) this.removeParcel(id);
    await this.#store?.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    globalThis.removeEventListener?.('online', this.#online);
    for (const running of this.#running.values()) running.stop();
    for (const url of this.#previews.values()) URL.revokeObjectURL(url);
    this.#tab?.close();
    await this.#store?.close();
  }

  readonly #online = (): void => {
    for (const { uploads } of this.#parcels.values()) {
      for (const { id, state, problem } of uploads)
        if (state === 'failed' && problem?.kind === 'server' && problem.code === 'unavailable')
          this.resume(id);
    }
  };

  #newParcel({ conversation, thread }: UploadPlace): Parcel {
    const createdAt = this.#nextTime();
    return { id: newCid(), conversation, thread, createdAt, uploads: [], tab: this.#tab?.id };
  }

  /** Later than all before, though the clock be set back. */
  #nextTime(): number {
    return Math.max(Date.now(), ...[...this.#parcels.values()].map(({ createdAt }) => createdAt + 1));
  }

  #take(file: File, { original }: { original: boolean }): Upload {
    const id = newCid();
    const kind = original ? 'file' : kindOf(file.type);
    const { name, type, size: bytes, lastModified } = file;
    this.#learnBytes(id, file, kind);
    const upload: Upload = { id, name, type, bytes, lastModified, kind, original, state: 'waiting', sent: 0 };
    const { maxFileBytes = Number.POSITIVE_INFINITY } = this.#service.offer.value ?? {};
    if (bytes === 0) return { ...upload, state: 'failed', problem: { kind: 'empty' } };
    if (bytes > maxFileBytes)
      return { ...upload, state: 'failed', problem: { kind: 'server', code: 'too_large' } };
    void this.#store?.keepBytes(id, file);
    return upload;
  }

  #learnBytes(id: string, bytes: Blob, kind: Upload['kind']): void {
    this.#bytes.set(id, bytes);
    if (kind === 'image' && !this.#previews.has(id)) this.#previews.set(id, URL.createObjectURL(bytes));
  }

  /** Starts what may be started, and sends what is whole. */
  #pump(): void {
    if (this.#closed || !this.#service.offer.value) return;
    const places = new Map([...this.#parcels.values()].map((parcel) => [placeKey(parcel), parcel]));
    for (const place of places.values()) this.#sendWhole(place);
    const inOrder = [...this.#parcels.values()].sort((one, other) => one.createdAt - other.createdAt);
    for (const upload of inOrder.flatMap(({ uploads }) => uploads)) {
      const sending = [...this.#running.keys()].filter((id) => this.#find(id)?.upload.state === 'uploading');
      if (sending.length >= maxSending) return;
      if (upload.state === 'waiting' && !this.#running.has(upload.id)) void this.#run(upload);
    }
  }

  /** One after the other: what is not whole holds back what comes after it. */
  #sendWhole(place: UploadPlace): void {
    const { conversation, thread } = place;
    for (const parcel of this.of(place)) {
      if (!parcel.sealed || parcel.refused || parcel.uploads.some(({ state }) => state !== 'ready')) return;
      const attachments = parcel.uploads.map(({ attachment }) => attachment!);
      const { text, ...options } = parcel.sealed;
      try {
        if (text !== '' || attachments.length > 0) {
          this.#client.send(conversation, text, {
            ...options,
            ...(thread !== undefined && { thread }),
            ...(attachments.length > 0 && { attachments }),
          });
        }
      } catch (error) {
        this.#put({ ...parcel, refused: error instanceof BerthError ? error.code : 'internal' });
        return;
      }
      for (const upload of parcel.uploads) this.#letGo(upload, false);
      this.#forget(parcel);
    }
  }

  async #run(upload: Upload): Promise<void> {
    const { id, name, original } = upload;
    const abort = new AbortController();
    let moving: Transfer | undefined;
    this.#running.set(id, {
      stop: () => {
        abort.abort();
        moving?.stop();
      },
    });
    try {
      this.#change(id, { state: 'uploading', problem: undefined });
      let url = upload.url;
      const bytes = this.#bytes.get(id);
      if (bytes) {
        await assertReadable(bytes);
        if (upload.kind !== 'voice') this.#change(id, await inspect(bytes, upload.kind));
        const { transfer } = await loadPart(() => import('@berth/client/files'));
        if (abort.signal.aborted) return;
        moving = transfer(bytes, {
          endpoint: `${this.#service.offer.value!.url}/v1/uploads`,
          url,
          metadata: { name, ...(original && { original: 'yes' }) },
          token: () => this.#service.token ?? '',
          onUrl: (at) => this.#change(id, { url: at }),
          onProgress: this.#progressOf(id),
        });
        url = await moving.done;
      }
      this.#change(id, { state: 'processing', sent: upload.bytes, url, bytesPerSecond: undefined });
      this.#pump();
      const answer = await this.#whenReady(url!.split('/').at(-1)!, abort.signal);
      const now = this.#find(id)?.upload;
      if (now) this.#change(id, { state: 'ready', attachment: attachmentOf(now, answer) });
    } catch (error) {
      if (!abort.signal.aborted)
        this.#change(id, { state: 'failed', bytesPerSecond: undefined, problem: problemOf(error) });
    } finally {
      this.#running.delete(id);
      this.#pump();
    }
  }

  #progressOf(id: string): (sent: number) => void {
    const marks: { at: number; sent: number }[] = [];
    let shownAt = 0;
    return (sent) => {
      const at = performance.now();
      if (at - shownAt < progressEveryMs) return;
      shownAt = at;
      marks.push({ at, sent });
      while (marks.length > 2 && at - marks[0]!.at > speedOverMs) marks.shift();
      const first = marks[0]!;
      const bytesPerSecond = at > first.at ? ((sent - first.sent) * 1_000) / (at - first.at) : undefined;
      this.#change(id, { sent, bytesPerSecond }, false);
    };
  }

  async #whenReady(file: string, signal: AbortSignal): Promise<FileAnswer> {
    for (let ask = 0; ask < maxReadyAsks; ask++) {
      const answer = await this.#service.file(file, readyWaitMs, signal);
      if (answer.state === 'ready') return answer;
      // One that does not wait is not asked without end.
      await new Promise((resolve) => setTimeout(resolve, 300 * (0.5 + Math.random())));
    }
    throw new BerthError('deadline');
  }

  #find(id: string): { parcel: Parcel; upload: Upload } | undefined {
    for (const parcel of this.#parcels.values()) {
      const upload = parcel.uploads.find((each) => each.id === id);
      if (upload) return { parcel, upload };
    }
    return undefined;
  }

  #change(id: string, change: Partial<Upload>, isKept = true): void {
    const found = this.#find(id);
    if (!found) return;
    const { parcel, upload } = found;
    const uploads = parcel.uploads.map((each) => (each === upload ? { ...upload, ...change } : each));
    this.#put({ ...parcel, uploads }, isKept);
  }

  #put(parcel: Parcel, isKept = true): void {
    this.#parcels.set(parcel.id, parcel);
    this.#views.delete(placeKey(parcel));
    // What cannot be kept lasts as long as the page.
    if (isKept) void this.#store?.keep(parcel).catch(() => {});
    this.changed();
  }

  #forget(parcel: Parcel): void {
    this.#parcels.delete(parcel.id);
    this.#views.delete(placeKey(parcel));
    void this.#store?.forget(parcel).catch(() => {});
    this.changed();
  }

  #letGo({ id, url, bytes }: Upload, givenUp: boolean): void {
    this.#running.get(id)?.stop();
    this.#bytes.delete(id);
    const preview = this.#previews.get(id);
    if (preview) URL.revokeObjectURL(preview);
    this.#previews.delete(id);
    void this.#store?.forgetBytes(id, bytes).catch(() => {});
    if (givenUp && url) void this.#service.giveUp(url);
  }
}
