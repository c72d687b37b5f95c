import { type App, Closers } from '@berth/lifecycle';
import { Mysql, schemaVersion } from '@berth/mysql';
import { type Log, Metrics, OpsServer } from '@berth/telemetry';
import { SessionKeys } from '@berth/tokens';
import { type FilesConfig, pathOf } from './config.ts';
import type { Context } from './context.ts';
import { createHttpApp } from './http/http-app.ts';
import { HttpListener } from './http/http-listener.ts';
import { LinkSigner } from './links/link-signer.ts';
import { createOldDoors } from './llfcchat/old-doors.ts';
import { FileProcessor } from './media/file-processor.ts';
import { PicturePool } from './media/picture-pool.ts';
import { Pace } from './pace/pace.ts';
import { LinkPreviews } from './previews/link-previews.ts';
import { publicWeb, type Web } from './previews/web.ts';
import { SessionCheck } from './session-check.ts';
import { DiskStorage } from './storage/disk-storage.ts';
import { S3Storage } from './storage/s3-storage.ts';
import { MysqlEntitlements } from './stores/mysql-entitlements.ts';
import { MysqlFileStore } from './stores/mysql-file-store.ts';
import { MysqlFileUses } from './stores/mysql-file-uses.ts';
import { Sweep } from './sweep.ts';
import { UploadDoor } from './uploads/upload-door.ts';
import { UploadLeases, UploadLocks } from './uploads/upload-locks.ts';

export interface Files extends App {
  /** The ports bound, known once started. */
  readonly ports: { http: number; tcp: number; ops: number };
}

/** Uploads and downloads of what people attach. `web`: another than the public one, for tests alone. */
export function createFiles(
  config: FilesConfig,
  { log, metrics = new Metrics('files'), web }: { log: Log; metrics?: Metrics; web?: Web },
): Files {
  const closers = new Closers();
  const ports = { http: 0, tcp: 0, ops: 0 };
  const db = new Mysql({ ...config.mysql, poolSize: 10, maxWaiting: 500 });
  closers.add('mysql', () => db.close());
  const keys =
    'content' in config.sessionKeys
      ? new SessionKeys(config.sessionKeys.content)
      : SessionKeys.watch(config.sessionKeys.file, {
          onError: (err) => log.error({ err }, 'the changed session keys cannot be used; the old ones stay'),
        });
  closers.add('session keys', () => keys.close());

  const { storage: where, unattachedMs } = config;
  const storage =
    where.kind === 'disk' ? new DiskStorage(where.folder, unattachedMs) : new S3Storage(where, unattachedMs);
  const files = new MysqlFileStore(db, config.limits, unattachedMs);
  const processed = metrics.histogram(
    'files_processing_seconds',
    'Time until a file was looked into, by outcome',
    ['outcome'],
  );
  const pool = new PicturePool(config.media);
  const processor = new FileProcessor({
    ...{ files, storage, pool, log, maxPixels: config.media.maxPixels },
    onProcessed: (outcome, seconds) => processed.observe({ outcome }, seconds),
  });
  // On disk there is one process.
  const locks = new UploadLocks(where.kind === 's3' ? new UploadLeases(db) : undefined);
  const pace = new Pace({ share: config.transferShare });
  const uploads = new UploadDoor({
    ...{ storage, files, locks, pace, maxBytes: config.limits.fileBytes },
    publicPath: pathOf(config.publicUrl),
    onUploaded: (owner, id) => void processor.process(owner, id),
    onFault: (err) => log.warn({ err }, 'an upload failed'),
  });
  const signer = new LinkSigner({
    secret: config.linkSecret,
    publicUrl: config.publicUrl,
    linkMs: config.linkMs,
  });
  const read = metrics.counter('files_link_previews_total', 'Pages read for previews of links, by outcome', [
    'outcome',
  ]);
  const previews =
    config.linkPreviews &&
    new LinkPreviews({
      ...{ pool, web: web ?? publicWeb(config.linkPreviews.refused) },
      onRead: (outcome) => read.inc({ outcome }),
    });
  const context: Context = {
    ...{ config, log, files, storage, signer, processor, uploads, pace, previews },
    sessions: new SessionCheck(keys, db),
    entitlements: new MysqlEntitlements(db),
  };
  const swept = metrics.counter('files_swept_total', 'Files that the sweep looked at, by outcome', [
    'outcome',
  ]);
  const sweep = new Sweep({
    ...{ db, files, storage, processor, log, unattachedMs, everyMs: config.sweepMs },
    uses: new MysqlFileUses(db),
    onSwept: (outcome) => swept.inc({ outcome }),
  });
  const requests = metrics.histogram('files_http_request_seconds', 'Time to the end of the answer', [
    'route',
    'status',
  ]);
  metrics.gauges('files_kept', 'what clients make the process keep', 'what', () => ({
    uploads: locks.held,
    transfers: pace.transfers,
    transfers_waiting: pace.waiting,
    processing: processor.running,
    pictures_waiting: pool.waiting,
    pictures_busy: pool.busy,
    ...previews?.kept,
  }));
  const listener = new HttpListener(
    createHttpApp(context, (route, status, seconds) =>
      requests.observe({ route, status: status === 0 ? 'aborted' : String(status) }, seconds),
    ),
  );
  const oldDoors = createOldDoors(config, context, { db, metrics, pool });
  let isClosing = false;
  const ops = new OpsServer({
    ...config.ops,
    metrics,
    ready: {
      files: () => (isClosing ? 'closing' : undefined),
      mysql: async () => {
        const { applied, wanted } = await schemaVersion(db);
        return applied < wanted ? `schema version ${applied}, needs ${wanted}: run migrate` : undefined;
      },
    },
    // Links and what is known of files are served without it.
    told: { storage: () => storage.check().then(undefined, () => 'does not answer') },
  });
  return {
    ports,
    async start() {
      await storage.prepare();
      await ops.start();
      closers.add('ops', () => ops.close());
      ports.ops = ops.port;
      closers.add('processor', () => processor.close());
      sweep.start();
      closers.add('sweep', () => sweep.close());
      closers.add('link previews', () => previews?.close());
      await listener.listen(config.http.host, config.http.port);
      ports.http = listener.port;
      closers.add('http', () => listener.close());
      await oldDoors.open();
      ports.tcp = oldDoors.port;
      closers.add('llfcchat', () => oldDoors.close());
      closers.add('readiness', () => {
        isClosing = true;
      });
      log.info(
        { host: config.http.host, port: ports.http, tcpPort: ports.tcp, opsPort: ports.ops },
        'files is up',
      );
    },
    close: () => closers.close(),
  };
}
