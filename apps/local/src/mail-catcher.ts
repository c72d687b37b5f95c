import { mkdirSync } from 'node:fs';
import process from 'node:process';
import createMaildev from 'maildev';

/**
 * `node mail-catcher.ts SMTP-PORT WEB-PORT FOLDER`: takes every mail sent to the SMTP port and shows it on the web port,
 * as a page and as `GET /email` (JSON); on 127.0.0.1 alone. What lies in the folder is shown again.
 */
const [smtpPort, webPort, folder] = process.argv.slice(2);

/** The oldest go first. */
const maxMails = 500;

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
  // Those of before are read in any order.
  mails.store.sort((one, other) => Number(one.time) - Number(other.time));
  const [oldest] = mails.store;
  if (oldest && mails.store.length > maxMails) mails.deleteEmail(oldest.id, () => {});
});
await mails.listen();
