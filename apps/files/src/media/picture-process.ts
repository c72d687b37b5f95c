import process from 'node:process';
import sharp from 'sharp';
import { lookIntoPicture, type PictureTask } from './picture.ts';
import { makeThumbnail, type ThumbnailTask } from './thumbnail.ts';

/** A process that looks into one picture after another, so that what a picture does to it happens to nothing else. */
sharp.cache(false);
sharp.concurrency(1);

process.on('message', (task: PictureTask | ThumbnailTask) => {
  const work: Promise<unknown> = 'content' in task ? makeThumbnail(task) : lookIntoPicture(task);
  work.then(
    (found) => process.send!({ found }),
    (error: Error) => process.send!({ error: error.message }),
  );
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
