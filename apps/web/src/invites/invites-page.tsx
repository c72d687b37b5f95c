import type { Invite } from '@berth/client';
import { useState } from 'react';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import frame from '../design/page-frame.module.css';
import { PageFrame } from '../design/page-frame.tsx';
import { SelectField } from '../design/select-field.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNow } from '../shell/use-now.ts';
import { useTask } from '../shell/use-task.ts';
import { InviteActions } from './invite-actions.tsx';
import styles from './invites.module.css';
import { useInvites } from './use-invites.ts';

const dayMs = 24 * 3_600_000;
const uses = [1, 10, 100];
const days = [1, 7, 30];

/** One's invite links: made here, handed on from here, and taken back. */
export function InvitesPage() {
  const text = useText();
  const now = useNow(30_000);
  const { invites, failure, load, create, revoke } = useInvites();
  const [maxUses, setMaxUses] = useState(uses[0]!);
  const [forDays, setForDays] = useState(days[1]!);
  const [newest, setNewest] = useState<string>();
  const making = useTask();
  const make = () =>
    making.run(async () => setNewest((await create({ maxUses, forMs: forDays * dayMs })).invite));
  const open = invites?.filter((invite) => endOf(invite, now) === undefined) ?? [];
  const ended = invites?.filter((invite) => endOf(invite, now) !== undefined) ?? [];
  return (
    <PageFrame title={text('invite.links')} back={{ section: 'contacts' }}>
      <section className={styles.block}>
        <p className={styles.soft}>{text('invite.links.text')}</p>
        <div className={styles.wishes}>
          <SelectField
            className={styles.wish}
            label={text('invite.uses')}
            value={maxUses}
            choices={uses}
            onChange={setMaxUses}
            say={(count) => text('invite.people', { count })}
          />
          <SelectField
            className={styles.wish}
            label={text('invite.expiry')}
            value={forDays}
            choices={days}
            onChange={setForDays}
            say={(count) => text('invite.days', { count })}
          />
          <Button disabled={making.busy} onClick={make}>
            {text('invite.create')}
          </Button>
        </div>
        {making.failure && (
          <p role="alert" className={frame.failure}>
            {making.failure}
          </p>
        )}
      </section>
      {!invites && !failure && <SkeletonList rows={2} />}
      {failure && (
        <p role="alert" className={frame.failure}>
          {failure}{' '}
          <Button look="quiet" small onClick={load}>
            {text('action.retry')}
          </Button>
        </p>
      )}
      {open.length > 0 && (
        <ul className={frame.cards} aria-label={text('invite.open')}>
          {open.map((invite) => (
            <InviteRow
              key={invite.invite}
              invite={invite}
              isNew={invite.invite === newest}
              onRevoke={revoke}
            />
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <section>
          <h3 className={frame.heading}>{text('invite.ended')}</h3>
          <ul className={frame.cards} aria-label={text('invite.ended')}>
            {ended.map((invite) => (
              <li key={invite.invite} className={classNames(frame.card, styles.row)}>
                <InviteState invite={invite} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </PageFrame>
  );
}

function InviteRow({
  invite,
  isNew,
  onRevoke,
}: {
  invite: Invite;
  isNew: boolean;
  onRevoke: (invite: Invite) => void;
}) {
  return (
    <li className={classNames(frame.card, styles.row)}>
      <InviteState invite={invite} />
      <InviteActions invite={invite} isNew={isNew} onRevoke={onRevoke} />
    </li>
  );
}

function InviteState({ invite }: { invite: Invite }) {
  const text = useText();
  const formats = useFormats();
  const now = useNow(30_000);
  const end = endOf(invite, now);
  return (
    <p className={styles.state}>
      <span>{text('invite.used', { uses: invite.uses, most: invite.maxUses })}</span>
      <span className={styles.soft}>
        {end ? text(`invite.end.${end}`) : text('invite.until', { time: formats.full(invite.expiresAt) })}
      </span>
    </p>
  );
}

/** Why nobody comes by an invite any more; undefined while somebody may. */
function endOf(invite: Invite, now: number): 'revoked' | 'used' | 'expired' | undefined {
  if (invite.revoked) return 'revoked';
  if (invite.uses >= invite.maxUses) return 'used';
  return invite.expiresAt <= now ? 'expired' : undefined;
}
