import type { Mysql } from '@berth/mysql';
import type { Metrics } from '@berth/telemetry';
import type { FilesConfig } from '../config.ts';
import type { Context } from '../context.ts';
import type { PicturePool } from '../media/picture-pool.ts';
import { MysqlOldClients } from '../stores/mysql-old-clients.ts';
import { OldDoor } from './old-door.ts';
import { OldIcons } from './old-icons.ts';
import { OldListener } from './old-listener.ts';
import { OldPictures } from './old-pictures.ts';
import { OldUploads } from './old-uploads.ts';

/** Where clients of the llfcchat dialect come in, who know nothing of HTTP. */
export function createOldDoors(
  { oldClients: { maxBytes, ...config }, media: { maxPixels } }: Pick<FilesConfig, 'oldClients' | 'media'>,
  { files, storage, processor, entitlements, pace, log }: Context,
  { db, metrics, pool }: { db: Mysql; metrics: Metrics; pool: PicturePool },
) {
  const onFault = (err: unknown) => log.warn({ err }, 'something of the llfcchat clients failed');
  const clients = new MysqlOldClients(db);
  const uploads = new OldUploads({ files, storage, processor, maxBytes, onFault });
  const icons = new OldIcons({ storage, pool, maxPixels });
  const pictures = new OldPictures({ storage, files, pool, maxPixels });
  const requests = metrics.counter(
    'files_old_requests_total',
    'Frames of llfcchat clients, by the id of the frame and of the error',
    ['frame', 'error'],
  );
  const door = new OldDoor({
    ...{ log, context: { clients, uploads, icons, pictures, files, entitlements, storage, pace } },
    onRequest: (frame, error) => requests.inc({ frame: String(frame), error: String(error) }),
  });
  const listener = new OldListener({ ...config, door, clients, uploads, onFault });
  metrics.gauges('files_old_clients', 'what llfcchat clients make the process keep', 'what', () => ({
    connections: listener.count,
    uploads: uploads.open,
  }));
  return {
    get port() {
      return listener.port;
    },
    async open(): Promise<void> {
      await uploads.prepare();
      await listener.listen();
    },
    close: () => listener.close(),
  };
}
