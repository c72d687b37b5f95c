import type { Pace } from '../pace/pace.ts';
import type { FileStorage } from '../storage/file-storage.ts';
import type { MysqlEntitlements } from '../stores/mysql-entitlements.ts';
import type { MysqlFileStore } from '../stores/mysql-file-store.ts';
import type { MysqlOldClients } from '../stores/mysql-old-clients.ts';
import type { OldIcons } from './old-icons.ts';
import type { OldPictures } from './old-pictures.ts';
import type { OldUploads } from './old-uploads.ts';

/** What the frames of llfcchat clients may use. */
export interface OldContext {
  clients: MysqlOldClients;
  uploads: OldUploads;
  icons: OldIcons;
  pictures: OldPictures;
  files: MysqlFileStore;
  entitlements: MysqlEntitlements;
  storage: FileStorage;
  pace: Pace;
}
