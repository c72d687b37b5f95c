import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { startTestMysql } from '@berth/fixtures';
import { TestCluster } from './deploy/cluster/test-cluster.ts';
import { clusterTools } from './deploy/cluster-tools.ts';
import { runPhases } from './phases.ts';
import { prepare } from './prepare.ts';
import { useOwnTemporaryFolder } from './temporary-folder.ts';

/**
 * `npm test [-- FILE ...]`: installs the servers, the edge and the browser that the tests need, starts one MySQL for all of them, and runs every
 * test file: those of one part, then those of the whole system, two at a time; last those that want the machine for themselves.
 */
const wholeSystem =
  /^(test\/(e2e\/|faults\/|llfcchat\/|bare-machine\/|deploy\/(cluster|dashboard)|figures\/)|apps\/local\/)|\.browser\.test\.ts$/;
const ofCluster = /^test\/deploy\/cluster/;
const ofFigures = /^test\/figures\//;
const onlyByName = /^test\/(deploy\/cluster|figures\/|bare-machine\/)/;
/** Of those of the whole system: the last ones of two at a time are short, so that neither is waited for alone. */
const lengths = [/^test\/e2e\//, /^test\/(faults|llfcchat)\//, /\.browser\.test\.ts$/, /^apps\/local\//];
const lengthOf = (file: string): number => lengths.findLastIndex((kind) => kind.test(relative('.', file)));
/** Of those of the whole system, what measures, or has one cluster. */
const alone = /^test\/(deploy\/cluster|figures\/|bare-machine\/)/;

const say = (line: string) => console.log(`npm test: ${line}`);
const named = process.argv.slice(2).map((file) => file.replace(/^\.\//, ''));
const files = globSync('{packages,apps,infra,charts,images,load,test}/**/*.test.ts', {
  exclude: (path) => path.endsWith('node_modules') || path.endsWith('dist'),
})
  .sort()
  .filter((file) =>
    named.length === 0 ? !onlyByName.test(file) : named.some((name) => file.startsWith(name)),
  );
if (files.length === 0) {
  console.error(`npm test: no test file begins with ${named.join(' or ')}`);
  process.exit(1);
}
await prepare(files, say);

const removeTemporaryFiles = useOwnTemporaryFolder();
// What one process has compiled the next need not: the test files are hundreds, and a platform is eight processes.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'compiled');
const onCluster = files.filter((file) => ofCluster.test(file));
// One of them writes a million messages.
const mysql = await startTestMysql(['--loose-innodb-log-file-size=96M'], { migrated: true });
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
    { name: 'the parts', files: absolute((file) => !wholeSystem.test(file)), concurrency: 2 },
    {
      name: 'the whole',
      files: absolute((file) => wholeSystem.test(file) && !alone.test(file)).sort(
        (one, other) => lengthOf(other) - lengthOf(one),
      ),
      concurrency: 2,
    },
    {
      name: 'what wants the machine',
      files: absolute((file) => alone.test(file) && !ofFigures.test(file)),
      concurrency: 1,
    },
    {
      name: 'the figures',
      files: absolute((file) => ofFigures.test(file)),
      concurrency: 1,
      fileTimeoutMs: 3_600_000,
    },
  ]);
} finally {
  await cluster?.down();
  await mysql.kill();
  await mysql.remove();
  removeTemporaryFiles();
}
process.exitCode = failed ? 1 : 0;
