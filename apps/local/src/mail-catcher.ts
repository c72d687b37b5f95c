import { mkdirSync, rmSync } from 'node:fs';
import process from 'node:process';
import createMaildev from 'maildev';

/**
 * `node mail-catcher.ts SMTP-PORT WEB-PORT FOLDER`: takes every mail sent to the SMTP port and shows it on the web port,
 * as a page and as `GET /email` (JSON); on 127.0.0.1 alone. The mails last as long as the process.
 */
const [smtpPort, webPort, folder] = process.argv.slice(2);

/** The oldest go first. */
const maxMails = 500;

rmSync(folder!, { recursive: true, force: true });
mkdirSync(folder!, { recursive: true, mode: 0o700 });
// maildev ends the process on SIGTERM by itself.
const mails = createMaildev({
  smtp: Number(smtpPort),
  web: Number(webPort),
  ip: '127.0.0.1',
  webIp: '127.0.0.1',
  mailDirectory: folder!,
  silent: true,
});
mails.on('new', () => {
  const [oldest] = mails.store;
  if (oldest && mails.store.length > maxMails) mails.deleteEmail(oldest.id, () => {});
});
await mails.listen();
