import type { Text } from '../i18n/catalogue.ts';
import type { Formats } from '../i18n/formats.ts';
import { percentOf, type Upload } from './upload.ts';

const hourMs = 3_600_000;
/** As the limit is set, so that it is a round number. */
const mebibyte = 1_048_576;

/** How far a file is, or why it does not go on. */
export function uploadText(upload: Upload, maxFileBytes: number, text: Text, formats: Formats): string {
  const total = formats.bytes(upload.bytes);
  const problem = problemText(upload, maxFileBytes, text);
  if (problem !== undefined) return problem;
  switch (upload.state) {
    case 'uploading': {
      const sent = formats.bytes(upload.sent);
      if (upload.bytesPerSecond === undefined) return text('files.state.uploading', { sent, total });
      return text('files.state.speed', {
        sent,
        total,
        speed: formats.bytes(Math.round(upload.bytesPerSecond)),
      });
    }
    case 'paused':
      return text('files.state.paused', { percent: percentOf(upload) });
    case 'processing':
      return text('files.state.processing');
    case 'ready':
      return text('files.state.ready', { total });
    default:
      return text('files.state.waiting');
  }
}

function problemText({ state, problem }: Upload, maxFileBytes: number, text: Text): string | undefined {
  if (!problem) return state === 'missing' ? text('files.error.missing') : undefined;
  if (problem.kind !== 'server') return text(`files.error.${problem.kind}`);
  switch (problem.code) {
    case 'too_large':
      return text('files.error.tooLarge', { limit: `${maxFileBytes / mebibyte} MiB` });
    case 'limit_reached':
      return text('files.error.limit');
    case 'rate_limited':
      return text('files.error.day', { hours: Math.max(1, Math.ceil((problem.retryAfterMs ?? 0) / hourMs)) });
    case 'unavailable':
    case 'deadline':
    case 'internal':
      return text('files.error.away');
    default:
      return text('files.error.refused');
  }
}

/** Whether trying again may help. */
export const mayRetry = ({ state, problem }: Upload): boolean =>
  state === 'failed' &&
  problem !== undefined &&
  (problem.kind === 'unreadable' || (problem.kind === 'server' && problem.code !== 'too_large'));
