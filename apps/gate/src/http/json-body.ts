import { BerthError } from '@berth/wire';
import express, { type Request } from 'express';
import type { z } from 'zod';
import { FieldsError } from '../fields-error.ts';

export const maxBodyBytes = 16 * 1024;

/** Reads a JSON body of at most 16 KiB, not compressed. */
export const readJson = express.json({ limit: maxBodyBytes, inflate: false });

/** The body as the schema has it. Throws BerthError `bad_request` that names each field at fault. */
export function parseBody<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  const hasBody =
    Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
  if (hasBody && request.body === undefined) {
    throw new BerthError('bad_request', 'The body must be JSON: content-type application/json.');
  }
  return parseFields(schema, request.body);
}

export function parseFields<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const { path, message } of result.error.issues) fields[path.join('.')] ??= message;
  throw new FieldsError(fields);
}
