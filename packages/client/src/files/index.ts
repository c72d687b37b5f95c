export type { FileAnswer, FileLink, LinkRequest } from '@berth/wire/files';
export { connectFiles, type FilesClient, type FilesOptions } from './connect-files.ts';
export type {
  FileUpload,
  SavedUpload,
  UploadOptions,
  UploadProgress,
  UploadState,
} from './file-upload.ts';
export { type Transfer, transfer } from './transfer.ts';
export type { UploadSource } from './upload-source.ts';
