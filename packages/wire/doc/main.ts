import { readFileSync, writeFileSync } from 'node:fs';
import { fillTables, protocolTables } from './protocol-tables.ts';

/** Writes the tables of docs/protocol.md anew: part of `npm run generate`. */
const file = new URL('../../../docs/protocol.md', import.meta.url);
writeFileSync(file, fillTables(readFileSync(file, 'utf8'), protocolTables()));
