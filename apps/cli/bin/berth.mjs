#!/usr/bin/env node
import process from 'node:process';

// TypeScript runs as it is from here on, which older versions cannot.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`berth: needs Node 24 or newer, this is ${process.versions.node}`);
  process.exit(1);
}
await import('../src/main.ts');
