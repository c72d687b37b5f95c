import { writeFileSync } from 'node:fs';
import { wireShape } from './wire-shape.ts';

/** What clients and nodes of the release before count on: written anew by `npm run baseline`, when a release was made. */
writeFileSync(new URL('./baseline.json', import.meta.url), `${JSON.stringify(wireShape(), null, 2)}\n`);
