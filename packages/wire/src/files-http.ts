import { z } from 'zod';
import { fileId, id31 } from './request-fields.ts';

/**
 * The HTTP interface of the files service beside tus (`/v1/uploads`): docs/files.md. The service checks requests with these, clients
 * take their types.
 */
const seq = z.int().min(1).max(0xffff_ffff);

/** Whose files are wanted: those of a message, a picture of a person or a group, or one's own. */
const linkRequest = z.union([
  z.strictObject({ file: fileId, conversation: id31, seq }),
  z.strictObject({ file: fileId, user: id31 }),
  z.strictObject({ file: fileId, group: id31 }),
  z.strictObject({ file: fileId }),
]);

export const filesSchemas = {
  linksRequest: z.object({ files: z.array(linkRequest).min(1).max(100) }),
  linksAnswer: z.object({
    /** In the order of the request; without `urls` there is no such file, or not for this user. */
    links: z.array(
      z.object({
        file: z.string(),
        /** Milliseconds since 1970: worthless after. */
        expiresAt: z.int(),
        urls: z
          .object({
            /** To be shown. */
            original: z.string(),
            /** To be saved, under its name. */
            download: z.string(),
            /** WebP, at most 320 and 1,280 pixels on the longer side; only with `previews`. */
            small: z.string().optional(),
            large: z.string().optional(),
          })
          .optional(),
      }),
    ),
  }),
  previewRequest: z.object({ url: z.url({ protocol: /^https?$/ }).max(2_048) }),
  previewAnswer: z.object({
    /** What the page says of itself, as plain text of one line. */
    preview: z.object({
      /** Where the link leads in the end. */
      url: z.string(),
      title: z.string(),
      description: z.string().optional(),
      site: z.string().optional(),
      /** WebP as base64, at most 320 pixels on its longer side. */
      picture: z.object({ content: z.string(), width: z.int(), height: z.int() }).optional(),
    }),
  }),
  fileAnswer: z.object({
    file: z.string(),
    /** `processing`: all is there, and is being looked at; `ready`: it can be attached. */
    state: z.enum(['uploading', 'processing', 'ready']),
    name: z.string(),
    bytes: z.int(),
    /** From here on once it is ready. What it can be shown as. */
    kind: z.enum(['image', 'video', 'audio', 'file']).optional(),
    type: z.string().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
    thumbhash: z.string().optional(),
    previews: z.boolean().optional(),
  }),
} as const;

export type LinkRequest = z.input<typeof linkRequest>;
export type FileLink = z.output<typeof filesSchemas.linksAnswer>['links'][number];
export type LinkPreview = z.output<typeof filesSchemas.previewAnswer>['preview'];
export type FileAnswer = z.output<typeof filesSchemas.fileAnswer>;
