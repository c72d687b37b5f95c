import type { Mysql, Tx } from './mysql.ts';

/** Characters of a word that count; 96 bytes at most. */
const maxLength = 24;

/** Written without spaces between words: a word may begin at every letter. */
const unspaced =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u;
const runs = /[\p{L}\p{M}\p{N}]+/gu;

/** As names are compared: compatibility forms, case and accents make no difference. */
export const foldName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');

/** What someone is looked for by: each of these begins a word of the nick. */
export const soughtWords = (query: string): string[] => [
  ...new Set((foldName(query).match(runs) ?? []).map((run) => [...run].slice(0, maxLength).join(''))),
];

/** The words of a nick, each from where it begins to the end of its run. */
export function wordsOf(nick: string): string[] {
  const words = new Set<string>();
  for (const run of foldName(nick).match(runs) ?? []) {
    const letters = [...run];
    letters.forEach((letter, at) => {
      const before = letters[at - 1];
      const isWithin = !unspaced.test(letter) && !unspaced.test(before ?? '');
      if (before !== undefined && (isWithin || /^\p{M}$/u.test(letter))) return;
      words.add(letters.slice(at, at + maxLength).join(''));
    });
  }
  return [...words];
}

/** Whether every word sought begins a word of the nick. */
export function isFoundBy(nick: string, sought: readonly string[]): boolean {
  const words = wordsOf(nick);
  return sought.every((prefix) => words.some((word) => word.startsWith(prefix)));
}

/** Those of whom a word begins so, in the order of the words, some of them perhaps by a nick of before; no id twice. */
export async function usersByWord(db: Pick<Tx, 'rows'>, prefix: string, limit: number): Promise<number[]> {
  const begin = Buffer.from(prefix);
  const rows = await db.rows<{ user_id: number }>(
    `SELECT user_id FROM user_words WHERE initial = ? AND word >= ? AND word < ?
     ORDER BY initial, word, user_id LIMIT ?`,
    // No UTF-8 text has a byte 0xff.
    [initialOf(prefix), begin, Buffer.concat([begin, Buffer.from([0xff])]), String(limit)],
  );
  return [...new Set(rows.map(({ user_id }) => user_id))];
}

/** Lets a user be found by the nick as it is in this transaction, and no longer by the one of before. */
export async function writeUserWords(tx: Tx, user: number): Promise<void> {
  const [row] = await tx.rows<{ nick: string; found_by: string }>(
    'SELECT nick, found_by FROM users WHERE id = ? FOR UPDATE',
    [user],
  );
  if (row === undefined) return;
  const words = wordsOf(row.nick);
  const gone = wordsOf(row.found_by).filter((word) => !words.includes(word));
  for (const chunk of chunked(gone))
    await tx.run(
      `DELETE FROM user_words WHERE ${chunk.map(() => '(initial = ? AND word = ? AND user_id = ?)').join(' OR ')}`,
      chunk.flatMap((word) => [initialOf(word), Buffer.from(word), user]),
    );
  for (const chunk of chunked(words))
    await tx.run(
      `INSERT INTO user_words (initial, word, user_id) VALUES ${chunk.map(() => '(?, ?, ?)').join(',')}
       ON DUPLICATE KEY UPDATE user_id = VALUES(user_id)`,
      chunk.flatMap((word) => [initialOf(word), Buffer.from(word), user]),
    );
  await tx.run('UPDATE users SET found_by = nick WHERE id = ?', [user]);
}

/** Repairs up to `limit` users whose words lag behind; answers how many there were. Several may do it side by side. */
export async function repairUserWords(
  db: Pick<Mysql, 'rows' | 'transaction'>,
  limit: number,
): Promise<number> {
  const stale = await db.rows<{ id: number }>(
    'SELECT id FROM users WHERE words_stale = 1 ORDER BY id LIMIT ?',
    [String(limit)],
  );
  for (const { id } of stale) await db.transaction((tx) => writeUserWords(tx, id));
  return stale.length;
}

export const initialOf = (word: string): Buffer => Buffer.from([...word].slice(0, 1).join(''));

/** Padded to powers of two, so that few statements are prepared: to repeat a word does no harm. */
function* chunked(words: readonly string[], size = 16): Generator<string[]> {
  for (let start = 0; start < words.length; start += size) {
    const chunk = words.slice(start, start + size);
    const padded = 2 ** Math.ceil(Math.log2(chunk.length));
    while (chunk.length < padded) chunk.push(chunk[0]!);
    yield chunk;
  }
}
