import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMigrations } from './migrate.ts';

/** Up to this one a release said itself what it broke: docs/deploy.md, Upgrade. */
const free = 12;

/** What takes away or changes, by file, and why the release before does not mind. */
const contracted: Record<string, string> = {
  '0057-users-added-by-comment.sql': 'nothing but a comment is another',
};

/** What of a migration the release before could not live with: docs/deploy.md, Expand and contract. */
function brokenBy(sql: string): string[] {
  const statements = sql
    .replaceAll(/^--.*$/gm, '')
    .replaceAll(/'(''|[^'])*'/g, "''")
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  const added = statements.flatMap((statement) => [
    ...statement.matchAll(/\bADD COLUMN\s+(.+?)(?:,\s*$|$)/gim),
  ]);
  return [
    ...(statements.length === 1
      ? []
      : [`${statements.length} statements: one that was cut off cannot be run again`]),
    ...statements.flatMap((statement) =>
      [...statement.matchAll(/\b(DROP|RENAME|CHANGE|MODIFY|TRUNCATE)\b/gi)].map(([word]) => word),
    ),
    ...added.flatMap(([, column]) =>
      /\bNOT NULL\b/i.test(column!) && !/\bDEFAULT\b/i.test(column!) ? [`${column} has no default`] : [],
    ),
  ];
}

test('a migration only adds, so that the release before goes on with the schema of this one', () => {
  const broken = readMigrations()
    .filter(({ version, name }) => version > free && !(name in contracted))
    .map(({ name, sql }) => [name, brokenBy(sql)])
    .filter(([, reasons]) => reasons!.length > 0);
  assert.deepEqual(broken, []);
});

test('what would break it is told', () => {
  assert.deepEqual(brokenBy("ALTER TABLE a ADD COLUMN b INT NOT NULL DEFAULT 0 COMMENT 'DROP; it';\n"), []);
  assert.deepEqual(brokenBy('ALTER TABLE a\n  ADD COLUMN b INT NULL,\n  ADD COLUMN c INT NOT NULL;\n'), [
    'c INT NOT NULL has no default',
  ]);
  assert.deepEqual(brokenBy('ALTER TABLE a RENAME COLUMN b TO c;\n'), ['RENAME']);
  assert.equal(brokenBy('CREATE TABLE a (b INT);\nALTER TABLE a DROP COLUMN b;\n').length, 2);
});
