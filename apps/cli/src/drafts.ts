import type { Draft } from '@berth/client';
import type { Context } from './context.ts';

type Drafting = Pick<Context, 'client' | 'drafts'>;

/** What the user has typed and not sent, on any device. */
export async function allDrafts({ client, drafts }: Drafting): Promise<Draft[]> {
  const found: Draft[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.request('drafts', cursor === undefined ? {} : { cursor });
    found.push(...page.drafts);
    if (page.cursor === undefined) break;
    cursor = page.cursor;
  }
  drafts.clear();
  for (const { conversation, text } of found) drafts.set(conversation, text);
  return found;
}

/** In one conversation; empty: nothing. */
export async function draftIn(context: Drafting, conversation: number): Promise<string> {
  return (await allDrafts(context)).find((draft) => draft.conversation === conversation)?.text ?? '';
}

export async function keepDraft(
  { client, drafts }: Drafting,
  conversation: number,
  text: string,
): Promise<void> {
  if (text === '') drafts.delete(conversation);
  else drafts.set(conversation, text);
  await client.request('draft', { conversation, text });
}
