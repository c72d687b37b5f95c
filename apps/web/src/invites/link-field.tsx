import line from '../design/line-box.module.css';
import { useText } from '../i18n/language.tsx';

/** A link to be copied by hand: selected as a whole once it has the focus. */
export function LinkField({ url, ref }: { url: string; ref?: React.Ref<HTMLInputElement> }) {
  const text = useText();
  return (
    <input
      ref={ref}
      className={line.box}
      readOnly
      value={url}
      aria-label={text('invite.link')}
      onFocus={(event) => event.currentTarget.select()}
    />
  );
}
