// Keeps the built client on the device, so that the page opens while gate is away: the files of its build from the cache,
// the page itself from gate as long as it answers. The build fills in what belongs to it.
const build = '__BUILD__';
const files = ['__FILES__'];
/** Its page, in whose folder this worker and its files are: one host may have several of them, each with a cache of its own. */
const root = new URL('./', self.location.href).pathname;
const buildFiles = files.map((name) => root + name);
/** The page of this build, whichever is served at the root by now. */
const buildPage = `${root}__PAGE__`;
const cachePrefix = root === '/' ? 'berth-' : `berth ${root} `;
const cacheName = cachePrefix + build;

/** An answer that takes longer is no answer: the page opens from the cache. */
const patienceMs = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll([buildPage, ...buildFiles]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => event.waitUntil(tidyUp().then(() => self.clients.claim())));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (buildFiles.includes(pathname) || pathname.startsWith(`${root}assets/`)) {
    event.respondWith(cached(pathname, request));
  } else if (request.mode === 'navigate' && pathname === root) event.respondWith(page(request));
});

// Shown by this worker where pages may not: a page that is there opens the conversation, else a new one does.
self.addEventListener('notificationclick', (event) => {
  const { conversation } = event.notification.data ?? {};
  event.notification.close();
  if (conversation !== undefined) event.waitUntil(open(conversation));
});

async function open(conversation) {
  const pages = await self.clients.matchAll({ type: 'window' });
  const page = pages.find(({ url }) => new URL(url).pathname === root);
  if (page === undefined) return self.clients.openWindow(`${root}#/chats/${conversation}`);
  page.postMessage({ openConversation: conversation });
  return page.focus();
}

/** The build before is kept, for the pages of it that are open. */
async function tidyUp() {
  const builds = (await caches.keys()).filter((name) => name.startsWith(cachePrefix) && name !== cacheName);
  await Promise.all(builds.slice(0, -1).map((name) => caches.delete(name)));
}

async function cached(path, request) {
  const builds = (await caches.keys()).filter((name) => name.startsWith(cachePrefix));
  for (const name of builds.reverse()) {
    const found = await (await caches.open(name)).match(path);
    if (found) return found;
  }
  return fetch(request);
}

async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
    if (answer.ok) return answer;
  } catch {
    // Away: from the cache.
  }
  return cached(buildPage, request);
}
