import type { Invite } from '@berth/client';
import { Copy, QrCode as QrIcon, Share2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { homeUrl } from '../state/home.ts';
import { inviteLink } from '../state/pending-invite.ts';
import styles from './invites.module.css';
import { LinkField } from './link-field.tsx';
import { QrCode } from './qr-code.tsx';

/** An open invite's link, and the ways to hand it on or take it back. */
export function InviteActions({
  invite,
  isNew,
  onRevoke,
}: {
  invite: Invite;
  /** Made just now: the keyboard goes on from here. */
  isNew: boolean;
  onRevoke: (invite: Invite) => void;
}) {
  const text = useText();
  const notice = useNotice();
  const [open, setOpen] = useState(false);
  const link = inviteLink(homeUrl(), invite.invite);
  const first = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) first.current?.focus();
  }, [isNew]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      notice(text('talk.copied'));
    } catch {
      // Where the browser keeps the clipboard to itself the user copies what is selected.
      field.current?.select();
    }
  };
  const share = () => navigator.share({ title: text('invite.share.title'), url: link }).catch(() => {});
  return (
    <>
      <LinkField ref={field} url={link} />
      <div className={styles.buttons}>
        <Button ref={first} small onClick={copy}>
          <Copy size={16} aria-hidden />
          {text('action.copy')}
        </Button>
        <Button small look="quiet" onClick={() => setOpen(true)}>
          <QrIcon size={16} aria-hidden />
          {text('invite.qr')}
        </Button>
        {'share' in navigator && (
          <Button small look="quiet" onClick={share}>
            <Share2 size={16} aria-hidden />
            {text('invite.share')}
          </Button>
        )}
        <Button small look="plainDanger" onClick={() => onRevoke(invite)}>
          {text('invite.revoke')}
        </Button>
      </div>
      <Panel open={open} onClose={() => setOpen(false)} title={text('invite.qr')}>
        <QrCode content={link} label={text('invite.qr.label')} />
        <p className={styles.soft}>{text('invite.qr.text')}</p>
      </Panel>
    </>
  );
}
