import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorTable } from '@berth/wire';
import ts from 'typescript';
import { en as actsEn, zh as actsZh } from '../acts/acts-catalogue.ts';
import { en as writingEn, zh as writingZh } from '../chats/writing-catalogue.ts';
import { en as fleetEn, zh as fleetZh } from '../fleet/fleet-catalogue.ts';
import { en as groupEn, zh as groupZh } from '../groups/group-catalogue.ts';
import { en as keysEn, zh as keysZh } from '../keys/keys-catalogue.ts';
import { createText, type Entry } from './catalogue.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

const sources = join(import.meta.dirname, '..');
const places = (entry: Entry): string[] =>
  [...JSON.stringify(entry).matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
const unique = (names: string[]): string[] => [...new Set(names)];

test('both languages have the same texts with the same places', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.deepEqual(unique(places(zh[key])), unique(places(en[key])), key);
  }
});

test('both languages have the same texts of each part that has its own, with the same places', () => {
  const parts: [Record<string, Entry>, Record<string, Entry>][] = [
    [actsEn, actsZh],
    [fleetEn, fleetZh],
    [keysEn, keysZh],
    [groupEn, groupZh],
    [writingEn, writingZh],
  ];
  for (const [one, other] of parts) {
    assert.deepEqual(Object.keys(other), Object.keys(one));
    for (const key of Object.keys(one))
      assert.deepEqual(unique(places(other[key]!)), unique(places(one[key]!)), key);
  }
});

test('no text is empty, and no Chinese one was left in English', () => {
  const same = ['app.name', 'person.id', 'chats.says', 'talk.received', 'files.captioned', 'files.progress'];
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    for (const catalogue of [en, zh]) assert.notEqual(JSON.stringify(catalogue[key]).trim(), '""', key);
    if (!same.includes(key)) assert.match(JSON.stringify(zh[key]), /\p{Script=Han}/u, key);
  }
});

test('texts are said with their places filled and their plural chosen', () => {
  const text = createText(en, 'en');
  assert.equal(text('chats.says', { name: 'Mo {text}', text: '$&' }), 'Mo {text}: $&');
  assert.equal(text('talk.members', { count: 1 }), '1 member');
  assert.equal(text('talk.members', { count: 12_345 }), '12,345 members');
  assert.equal(createText(zh, 'zh')('talk.members', { count: 3 }), '3 位成员');
});

test('every error of the server has its words', () => {
  for (const code of Object.keys(errorTable)) assert.ok(`error.${code}` in en, code);
});

test('no component holds text of its own', () => {
  const spoken = /\p{L}/u;
  const named = new Set([
    'aria-label',
    'title',
    'placeholder',
    'alt',
    'label',
    'aria-description',
    'aria-roledescription',
  ]);
  const found: string[] = [];
  for (const name of globSync('**/*.tsx', { cwd: sources })) {
    const file = ts.createSourceFile(
      name,
      readFileSync(join(sources, name), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX,
    );
    const report = (node: ts.Node, text: string) => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      if (spoken.test(text)) found.push(`${name}:${line + 1}: ${text.trim()}`);
    };
    const visit = (node: ts.Node): void => {
      if (ts.isJsxText(node)) report(node, node.text);
      if (ts.isJsxAttribute(node) && named.has(node.name.getText()) && node.initializer) {
        if (ts.isStringLiteral(node.initializer)) report(node, node.initializer.text);
      }
      if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) {
        if (ts.isStringLiteralLike(node.expression)) report(node, node.expression.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  assert.deepEqual(found, []);
});

test('every text is used', () => {
  const code = globSync('**/*.{ts,tsx}', { cwd: sources })
    .filter((name) => !/^i18n\/(en|zh)\.ts$|\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(sources, name), 'utf8'))
    .join('\n');
  const built = [...code.matchAll(/`([a-z.]+)\.\$\{/g)].map(([, prefix]) => `${prefix}.`);
  const unused = Object.keys(en).filter(
    (key) => !code.includes(`'${key}'`) && !built.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});
