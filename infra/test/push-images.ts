// Runs what the hook of the release runs: push-images.ts REGION REPOSITORY TAG
import process from 'node:process';
import { report } from '../commands/report.ts';
import { pushImages } from '../image-push.ts';

const [region, repository, tag] = process.argv.slice(2);
await report('push-images', () => pushImages(region!, repository!, tag!));
