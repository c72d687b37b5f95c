// Keeps the built client on the device, so that the page opens while gate is away: the files of its build from the cache,
// the page itself from gate as long as it answers. The build fills in what belongs to it.
const buildFiles = ['__FILES__'];
const cacheName = 'berth-__BUILD__';

/** An answer that takes longer is no answer: the page opens from the cache. */
const patienceMs = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(['/', ...buildFiles]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const isOld = (name) => name.startsWith('berth-') && name !== cacheName;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (buildFiles.includes(pathname)) event.respondWith(cached(pathname, request));
  else if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request));
});

// Shown by this worker where pages may not: a page that is there opens the conversation, else a new one does.
self.addEventListener('notificationclick', (event) => {
  const { conversation } = event.notification.data ?? {};
  event.notification.close();
  if (conversation !== undefined) event.waitUntil(open(conversation));
});

async function open(conversation) {
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (page === undefined) return self.clients.openWindow(`/#/chats/${conversation}`);
  page.postMessage({ openConversation: conversation });
  return page.focus();
}

async function cached(path, request) {
  return (await caches.match(path)) ?? fetch(request);
}

async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
    if (answer.ok) return answer;
  } catch {
    // Away: from the cache.
  }
  return cached('/', request);
}
