import './compile-cache.js';
import './index.ts';
