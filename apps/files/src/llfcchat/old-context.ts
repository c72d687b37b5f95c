import type { FileStorage } from '../storage/file-storage.ts';
import type { MysqlEntitlements } from '../stores/mysql-entitlements.ts';
import type { MysqlFileStore } from '../stores/mysql-file-store.ts';
import type { MysqlOldClients } from '../stores/mysql-old-clients.ts';
import type { OldIcons } from './old-icons.ts';
import type { OldUploads } from './old-uploads.ts';

/** What the frames of llfcchat clients may use. */
export interface OldContext {
  clients: MysqlOldClients;
  uploads: OldUploads;
  icons: OldIcons;
  files: MysqlFileStore;
  entitlements: MysqlEntitlements;
  storage: FileStorage;
}
