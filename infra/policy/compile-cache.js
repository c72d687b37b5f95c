import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

// As the program itself; imported before anything else is, and kept when all has been.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/node'));
setImmediate(flushCompileCache);
