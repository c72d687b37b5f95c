export type { FileAnswer, FileLink, LinkRequest } from '@berth/wire/files';
export { connectFiles, type FilesClient, type FilesOptions } from './connect-files.ts';
export type {
  FileUpload,
  SavedUpload,
  UploadOptions,
  UploadProgress,
  UploadSource,
  UploadState,
} from './file-upload.ts';
