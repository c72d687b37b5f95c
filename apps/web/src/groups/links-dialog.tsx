import type { GroupLink } from '@berth/client';
import { Copy } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import frame from '../design/page-frame.module.css';
import { passFocus } from '../design/pass-focus.ts';
import { SelectField } from '../design/select-field.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { LinkField } from '../invites/link-field.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useUndo } from '../shell/use-undo.ts';
import type { Conversation } from '../state/conversations.ts';
import { homeUrl } from '../state/home.ts';
import { groupUrl } from '../state/pending-join.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';
import styles from './groups.module.css';

const dayMs = 24 * 3_600_000;
const uses = [0, 1, 10, 100];
const days = [0, 1, 7, 30];

/** The links by which anyone may join the group: made here, handed on from here, and taken back. */
export function LinksDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const text = useText();
  const say = useGroupText();
  const { client } = useWorkspace();
  const id = conversation.conversation;
  const [links, setLinks] = useState<readonly GroupLink[]>();
  const [maxUses, setMaxUses] = useState(0);
  const [forDays, setForDays] = useState(0);
  const { busy, failure, run } = useTask();
  const offerUndo = useUndo();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const load = useCallback(() => {
    void run(async () => setLinks((await client.request('groupLinks', { conversation: id })).links));
  }, [client, id]);
  useEffect(load, [load]);
  const make = () =>
    run(async () => {
      const { link } = await client.request('groupLinkCreate', {
        conversation: id,
        ...(maxUses > 0 && { maxUses }),
        ...(forDays > 0 && { forMs: forDays * dayMs }),
      });
      setLinks((before = []) => [link, ...before]);
    });
  /** Shown at once, and done when nobody has undone it. */
  const revoke = (link: string) => {
    const show = (revoked: boolean) =>
      setLinks((before) => before?.map((one) => (one.link === link ? { ...one, revoked } : one)));
    show(true);
    offerUndo(text('invite.revoke.done'), {
      undo: () => show(false),
      commit: () => client.request('groupLinkRevoke', { conversation: id, link }),
    });
  };
  const now = client.now();
  const good = links?.filter((link) => isGood(link, now));
  return (
    <Panel open onClose={onClose} title={say('links.title')}>
      <p className={styles.soft}>{say('links.text')}</p>
      <div className={styles.wishes}>
        <SelectField
          label={say('links.uses')}
          value={maxUses}
          choices={uses}
          onChange={setMaxUses}
          say={(count) => (count === 0 ? say('links.uses.any') : text('invite.people', { count }))}
        />
        <SelectField
          label={say('links.expiry')}
          value={forDays}
          choices={days}
          onChange={setForDays}
          say={(count) => (count === 0 ? say('links.expiry.never') : text('invite.days', { count }))}
        />
        <Button disabled={busy} onClick={make}>
          {text('invite.create')}
        </Button>
      </div>
      {failure && (
        <p role="alert" className={frame.failure}>
          {failure}
        </p>
      )}
      {!good && !failure && <SkeletonList rows={1} />}
      {good?.length === 0 && <p className={styles.soft}>{say('links.none')}</p>}
      {good && good.length > 0 && (
        <ul className={styles.links} aria-label={say('links.open')}>
          {good.map((link) => (
            <LinkRow key={link.link} link={link} onRevoke={() => revoke(link.link)} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function LinkRow({ link, onRevoke }: { link: GroupLink; onRevoke: () => void }) {
  const text = useText();
  const say = useGroupText();
  const formats = useFormats();
  const notice = useNotice();
  const url = groupUrl(homeUrl(), link.link);
  const joined = say('links.joined', { count: link.uses });
  const until = link.expiresAt === undefined ? undefined : formats.full(link.expiresAt);
  return (
    <li className={styles.link}>
      <LinkField url={url} />
      <span className={styles.soft}>
        {link.maxUses === undefined ? joined : text('invite.used', { uses: link.uses, most: link.maxUses })}
        {until !== undefined && ` · ${text('invite.until', { time: until })}`}
      </span>
      <div className={styles.linkActs}>
        <Button
          small
          onClick={() => void navigator.clipboard?.writeText(url).then(() => notice(text('talk.copied')))}
        >
          <Copy size={16} aria-hidden />
          {text('action.copy')}
        </Button>
        <Button
          small
          look="plainDanger"
          onClick={(event) => {
            passFocus(event.currentTarget);
            onRevoke();
          }}
        >
          {text('invite.revoke')}
        </Button>
      </div>
    </li>
  );
}

const isGood = ({ revoked, expiresAt, uses: used, maxUses }: GroupLink, now: number): boolean =>
  !revoked && (expiresAt ?? Number.POSITIVE_INFINITY) > now && used < (maxUses ?? Number.POSITIVE_INFINITY);
