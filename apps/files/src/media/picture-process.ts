import process from 'node:process';
import sharp from 'sharp';
import { lookIntoPicture, makePlain, type PictureTask, type PlainTask } from './picture.ts';
import { makeThumbnail, type ThumbnailTask } from './thumbnail.ts';

/** A process that looks into one picture after another, so that what a picture does to it happens to nothing else. */
sharp.cache(false);
sharp.concurrency(1);

function work(task: PictureTask | ThumbnailTask | PlainTask): Promise<unknown> {
  if ('content' in task) return makeThumbnail(task);
  return 'plain' in task ? makePlain(task) : lookIntoPicture(task);
}

process.on('message', (task: PictureTask | ThumbnailTask | PlainTask) => {
  work(task).then(
    (found) => process.send!({ found }),
    (error: Error) => process.send!({ error: error.message }),
  );
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
