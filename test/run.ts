import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { startTestMysql } from '@berth/fixtures';
import { findStores, installStores } from '@berth/stores';
import { buildEngine } from './deploy/cluster/engine.ts';
import { TestCluster } from './deploy/cluster/test-cluster.ts';
import { clusterTools, fetchHelms, missingClusterPackages } from './deploy/cluster-tools.ts';
import { fetchNewerHaproxy, haproxyBinary } from './deploy/edge/haproxy.ts';
import { missingBrowserPackages } from './harness/browser.ts';
import { runPhases } from './phases.ts';

/**
 * `npm test [-- FILE ...]`: installs the servers, the edge and the browser that the tests need, starts one MySQL for all of them, and runs every
 * test file: those of one part two at a time, then those of the whole system one by one.
 */
const wholeSystem =
  /^(test\/(e2e\/|faults\/|llfcchat\/|bare-machine\/|deploy\/(cluster|dashboard)|figures\/)|apps\/local\/)|\.browser\.test\.ts$/;
const ofCluster = /^test\/deploy\/cluster/;
const ofBareMachine = /^test\/bare-machine\//;
const ofFigures = /^test\/figures\//;
const needsCluster = (file: string) => ofCluster.test(file) || ofFigures.test(file);
const onlyByName = (file: string) => needsCluster(file) || ofBareMachine.test(file);

const missing = [
  ...(findStores().mysqld ? [] : ['mariadb-server']),
  ...(findStores().redisServer ? [] : ['redis-server']),
];
const say = (line: string) => console.log(`npm test: ${line}`);
if (missing.length > 0) await installStores(missing, say);

const named = process.argv.slice(2).map((file) => file.replace(/^\.\//, ''));
const files = globSync('{packages,apps,infra,charts,images,load,test}/**/*.test.ts', {
  exclude: (path) => path.endsWith('node_modules') || path.endsWith('dist'),
})
  .sort()
  .filter((file) => (named.length === 0 ? !onlyByName(file) : named.some((name) => file.startsWith(name))));
if (files.some((file) => file.endsWith('.browser.test.ts')) && missingBrowserPackages().length > 0) {
  await installStores(missingBrowserPackages(), say, '');
}
if (files.some((file) => ofBareMachine.test(file)) && spawnSync('debootstrap', ['--version']).error) {
  await installStores(['debootstrap'], say, '').catch((error: Error) => say(error.message));
}
const asksPrometheus = files.some((file) => /^test\/deploy\/(alerts|dashboard)/.test(file));
if (asksPrometheus && spawnSync('prometheus', ['--version']).error) {
  await installStores(['prometheus'], say, '').catch((error: Error) => say(error.message));
}
if (files.some((file) => file.startsWith('test/deploy/edge'))) {
  if (haproxyBinary === undefined) await installStores(['haproxy'], say, '');
  fetchNewerHaproxy(say);
}
if (files.some((file) => file.startsWith('test/deploy/') || ofFigures.test(file))) fetchHelms(say);
if (files.some(needsCluster) && missingClusterPackages().length > 0) {
  await installStores(missingClusterPackages(), say, '');
}
if (files.some((file) => /^test\/(deploy\/cluster-engine|figures\/settings)/.test(file))) buildEngine(say);
if (files.length === 0) {
  console.error(`npm test: no test file begins with ${named.join(' or ')}`);
  process.exit(1);
}

const onCluster = files.filter((file) => ofCluster.test(file));
const mysql = await startTestMysql();
process.env.BERTH_TEST_MYSQL_URL = mysql.url;
let cluster: TestCluster | undefined;
let failed = true;
try {
  if (clusterTools !== undefined && onCluster.length > 1) {
    cluster = await TestCluster.up();
    process.env.BERTH_TEST_KUBECONFIG = cluster.kubeconfig;
  }
  const absolute = (wanted: (file: string) => boolean) => files.filter(wanted).map((file) => resolve(file));
  failed = await runPhases([
    { files: absolute((file) => !wholeSystem.test(file)), concurrency: 2 },
    { files: absolute((file) => wholeSystem.test(file) && !ofFigures.test(file)), concurrency: 1 },
    { files: absolute((file) => ofFigures.test(file)), concurrency: 1, fileTimeoutMs: 3_600_000 },
  ]);
} finally {
  await cluster?.down();
  await mysql.kill();
  await mysql.remove();
}
process.exitCode = failed ? 1 : 0;
