import { Menu } from '@base-ui/react/menu';
import { limits } from '@berth/wire';
import {
  Bookmark,
  BookmarkMinus,
  CheckCheck,
  CircleCheck,
  Copy,
  Download,
  EyeOff,
  Forward,
  History,
  MessagesSquare,
  Pencil,
  Pin,
  PinOff,
  Reply,
  SmilePlus,
  Trash2,
  Users,
} from 'lucide-react';
import { useRef } from 'react';
import { useActsText } from '../acts/acts-texts.ts';
import { mayPin } from '../acts/may-pin.ts';
import { mayRecall } from '../acts/may-recall.ts';
import { useBookmarks } from '../acts/use-bookmarks.ts';
import { useTakeAway } from '../acts/use-take-away.ts';
import { useTried } from '../acts/use-tried.ts';
import type { Action } from '../design/action.ts';
import { ActionPopup } from '../design/action-popup.tsx';
import { linkOf } from '../files/files-of.ts';
import { useSaveFile } from '../files/save-file.ts';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useOpenThread } from './open-thread.ts';
import type { Said } from './said.ts';

/** Joins the buttons of all messages to the one menu that they open. */
export type MessageMenuHandle = ReturnType<typeof Menu.createHandle<Said>>;

/** What is written about a message: begins it, and answers with the field where, if there is one. */
export interface Writing {
  reply(seq: number): HTMLElement | null;
  edit(seq: number): HTMLElement | null;
  /** Begins to select messages with this one; undefined where they are not. */
  select?: (seq: number) => HTMLElement | null;
}

/** What is shown of a message beside it. */
export type Aside = 'emoji' | 'versions' | 'reactions' | 'readers' | 'forward';

/** What can be done with a message. */
export function MessageMenu({
  handle,
  conversation,
  writing,
  onAside,
}: {
  handle: MessageMenuHandle;
  conversation: Conversation;
  writing: Writing;
  onAside: (aside: Aside, seq: number) => void;
}) {
  const text = useText();
  const say = useActsText();
  const tried = useTried();
  const bookmarks = useBookmarks(conversation.conversation);
  const notice = useNotice();
  const save = useSaveFile();
  const workspace = useWorkspace();
  const { client, recalls, deletions } = workspace;
  const take = useTakeAway(conversation.conversation);
  const recall = (seq: number) =>
    take([seq], recalls, text('change.recalled.done'), () => client.recall(conversation.conversation, seq));
  const hide = (seq: number) =>
    take([seq], deletions, text('change.hidden.done'), (seqs) =>
      workspace.deleteForMe(conversation.conversation, seqs),
    );
  const openThread = useOpenThread();
  /** Where one writes what was chosen: there the focus goes, not back to the button. */
  const field = useRef<HTMLElement>(null);
  const mayWrite = conversation.member;
  const tellsReaders =
    mayWrite && conversation.kind === 'group' && conversation.memberCount <= limits.maxReadersMembers;

  const actionsFor = ({
    seq,
    text: said,
    mine,
    sentAt,
    editedAt,
    reactions,
    attachments,
    pinned,
    forwarded,
    poll,
  }: Said): Action[] => {
    const { editMs, recallMs, versions } = client.changing;
    const now = client.now();
    const copy: Action = {
      label: text('action.copy'),
      icon: Copy,
      run: () => void navigator.clipboard.writeText(said).then(() => notice(text('talk.copied'))),
    };
    const action = (isThere: boolean, made: Action): Action[] => (isThere ? [made] : []);
    const [only, ...others] = attachments ?? [];
    const place = { conversation: conversation.conversation, seq };
    const keep = [
      ...action(said !== '' || !only, copy),
      ...action(only !== undefined && others.length === 0, {
        ...{
          label: text('files.save'),
          icon: Download,
          run: () => void save(linkOf(only!, place), only!.name),
        },
      }),
    ];
    if (seq === undefined) return keep;
    const write = (begin: (seq: number) => HTMLElement | null) => () => {
      field.current = begin(seq);
    };
    const aside = (kind: Aside) => () => onAside(kind, seq);
    return [
      ...action(mayWrite, { label: text('action.reply'), icon: Reply, run: write(writing.reply) }),
      ...action(mayWrite && openThread !== undefined, {
        ...{ label: text('talk.thread'), icon: MessagesSquare, run: () => openThread?.(seq) },
      }),
      ...action(mayWrite, { label: text('change.react'), icon: SmilePlus, run: aside('emoji') }),
      { label: say('forward'), icon: Forward, run: aside('forward') },
      ...action(writing.select !== undefined, {
        ...{ label: say('select'), icon: CircleCheck, run: write((at) => writing.select?.(at) ?? null) },
      }),
      ...keep,
      ...action(mayWrite && mine && !forwarded && !poll && now - sentAt < editMs, {
        ...{ label: text('change.edit'), icon: Pencil, run: write(writing.edit) },
      }),
      ...action(editedAt !== undefined && versions, {
        ...{ label: text('change.versions'), icon: History, run: aside('versions') },
      }),
      ...action(reactions !== undefined, {
        ...{ label: text('change.reactions'), icon: Users, run: aside('reactions') },
      }),
      ...action(tellsReaders, { label: text('talk.readers'), icon: CheckCheck, run: aside('readers') }),
      {
        label: say(bookmarks.has(seq) ? 'unbookmark' : 'bookmark'),
        icon: bookmarks.has(seq) ? BookmarkMinus : Bookmark,
        run: () => {
          const on = !bookmarks.has(seq);
          tried(
            () => bookmarks.set(seq, on),
            say(on ? 'bookmarks.done' : 'bookmarks.undone'),
            () => bookmarks.set(seq, !on),
          );
        },
      },
      ...action(mayPin(conversation), {
        label: say(pinned ? 'unpin' : 'pin'),
        icon: pinned ? PinOff : Pin,
        run: () => {
          const pin = (on: boolean) => client.pin(conversation.conversation, seq, on);
          tried(
            () => pin(!pinned),
            say(pinned ? 'pins.undone' : 'pins.done'),
            () => pin(Boolean(pinned)),
          );
        },
      }),
      { label: text('change.hide'), icon: EyeOff, run: () => hide(seq) },
      ...action(mayRecall(conversation, { mine, sentAt }, { now, recallMs }), {
        ...{ label: text('change.recall'), icon: Trash2, danger: true, run: () => recall(seq) },
      }),
    ];
  };
  return (
    <Menu.Root handle={handle}>
      {({ payload }) => (
        <ActionPopup
          actions={payload ? actionsFor(payload) : []}
          finalFocus={() => {
            const to = field.current;
            field.current = null;
            return to ?? true;
          }}
        />
      )}
    </Menu.Root>
  );
}
