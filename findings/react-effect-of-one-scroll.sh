#!/usr/bin/env bash
# `useEffect(() => end.current?.scrollIntoView())`, the usual way to keep a list at its end, takes a page down at the second item.
# TypeScript says that `scrollIntoView` answers with nothing, and so it was; Chromium 156 answers with a promise (as `scrollTo` and
# `scrollBy` do). React takes whatever an effect returns for its clean-up and calls it before the next one: "is not a function", and
# what stands above is unmounted. In braces the same effect works (react 19.3.1, TypeScript 6's DOM types, Debian's Chromium 156).
#
# Needs `chromium` (Debian's package). Exits with 0 as long as it is so: 15 s.
set -euo pipefail
command -v chromium >/dev/null || { echo 'chromium is not installed'; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact react@19.3.1 react-dom@19.3.1 esbuild@0.28.2 playwright-core@1.65.1
cat >page.mjs <<'JS'
import { createElement as h, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

function List({ braces }) {
  const [items, setItems] = useState(1);
  const end = useRef(null);
  const bare = () => end.current?.scrollIntoView({ block: 'end' });
  const inBraces = () => {
    bare();
  };
  useEffect(braces ? inBraces : bare, [items]);
  return h('main', null, h('button', { onClick: () => setItems(items + 1) }, 'add'), h('p', null, `${items} items`), h('i', { ref: end }));
}
createRoot(document.getElementById('root')).render(h(List, { braces: location.hash === '#braces' }));
JS
cat >try.mjs <<'JS'
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const { outputFiles } = await build({
  entryPoints: ['page.mjs'],
  bundle: true,
  write: false,
  define: { 'process.env.NODE_ENV': '"production"' },
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
console.log(`Chromium ${browser.version()}`);
for (const way of ['bare', 'braces']) {
  const page = await browser.newPage();
  const errors = [];
  page.on('console', (said) => said.type() === 'error' && errors.push(said.text().split('\n')[0]));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('http://page.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><div id="root"></div>' }),
  );
  await page.goto(`http://page.test/#${way}`);
  await page.addScriptTag({ content: outputFiles[0].text });
  const answer = await page.evaluate(() => String(document.body.scrollIntoView()));
  await page.getByRole('button').click();
  await page.waitForFunction(() => !document.body.innerText.includes('1 items'));
  const shown = (await page.innerText('#root')).replace(/\s+/g, ' ').trim();
  console.log(`${way}: scrollIntoView answers ${answer}; after a second item the page shows "${shown}"; ${errors[0] ?? 'no error'}`);
}
await browser.close();
JS
out=$(node try.mjs)
echo "$out"
[[ $out == *'bare: scrollIntoView answers [object Promise]; after a second item the page shows ""; '*'is not a function'* ]]
[[ $out == *'braces: scrollIntoView answers [object Promise]; after a second item the page shows "add 2 items"; no error'* ]]
