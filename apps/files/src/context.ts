import type { Log } from '@berth/telemetry';
import type { FilesConfig } from './config.ts';
import type { LinkSigner } from './links/link-signer.ts';
import type { FileProcessor } from './media/file-processor.ts';
import type { Pace } from './pace/pace.ts';
import type { LinkPreviews } from './previews/link-previews.ts';
import type { SessionCheck } from './session-check.ts';
import type { FileStorage } from './storage/file-storage.ts';
import type { MysqlEntitlements } from './stores/mysql-entitlements.ts';
import type { MysqlFileStore } from './stores/mysql-file-store.ts';
import type { UploadDoor } from './uploads/upload-door.ts';

/** What handlers may use. */
export interface Context {
  config: FilesConfig;
  log: Log;
  sessions: SessionCheck;
  files: MysqlFileStore;
  entitlements: MysqlEntitlements;
  storage: FileStorage;
  signer: LinkSigner;
  processor: FileProcessor;
  uploads: UploadDoor;
  pace: Pace;
  /** Undefined where the operator has not allowed them. */
  previews: LinkPreviews | undefined;
}
