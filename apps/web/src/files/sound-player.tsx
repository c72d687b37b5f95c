import type { Attachment } from '@berth/client';
import type { LinkRequest } from '@berth/wire/files';
import { Pause, Play } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { classNames } from '../design/class-names.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useDesk } from './desk.ts';
import styles from './sound-player.module.css';
import { fromBase64Url } from './thumbhash.ts';

const barCount = 64;
/** Of a waveform's height, so that silence is seen as well. */
const lowestBar = 0.08;
const stepSeconds = 5;

/** What plays now: another one that begins ends it. */
let playing: HTMLAudioElement | undefined;

/** Plays voice and sound: a button, and a position that can be set by pointer and keyboard. */
export function SoundPlayer({
  attachment,
  request,
  tabIndex,
}: {
  attachment: Attachment;
  request: LinkRequest;
  tabIndex: number;
}) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { links } = useDesk();
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [measured, setMeasured] = useState<number>();
  const bars = useMemo(() => barsOf(attachment.waveform), [attachment.waveform]);
  const total = attachment.durationMs !== undefined ? attachment.durationMs / 1_000 : (measured ?? 0);

  useEffect(() => {
    const element = audio.current!;
    return () => {
      element.pause();
      if (playing === element) playing = undefined;
    };
  }, []);

  const load = async (anew: boolean) => {
    const { urls } = await links.fetch(request, { anew });
    const element = audio.current!;
    element.src = urls!.original;
    element.currentTime = at;
  };
  const toggle = async () => {
    const element = audio.current!;
    if (isPlaying) {
      element.pause();
      return;
    }
    try {
      if (!element.src || element.error) await load(Boolean(element.error));
      if (playing && playing !== element) playing.pause();
      playing = element;
      await element.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      notice(
        error instanceof DOMException ? text('files.save.failed') : errorText(error, text, formats),
        'failure',
      );
    }
  };
  const seek = (seconds: number) => {
    const next = Math.min(total, Math.max(0, seconds));
    setAt(next);
    if (audio.current!.src) audio.current!.currentTime = next;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = {
      ArrowRight: stepSeconds,
      ArrowUp: stepSeconds,
      ArrowLeft: -stepSeconds,
      ArrowDown: -stepSeconds,
    }[event.key];
    if (step !== undefined) seek(at + step);
    else if (event.key === 'Home') seek(0);
    else if (event.key === 'End') seek(total);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const part = total > 0 ? Math.min(1, at / total) : 0;
  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written any for what people say */}
      <audio
        ref={audio}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={({ currentTarget: { duration } }) =>
          Number.isFinite(duration) && setMeasured(duration)
        }
        onEnded={() => {
          setPlaying(false);
          setAt(0);
        }}
      />
      <button
        type="button"
        className={styles.toggle}
        tabIndex={tabIndex}
        aria-label={text(isPlaying ? 'files.stop' : 'files.play')}
        onClick={() => void toggle()}
      >
        {isPlaying ? <Pause size={20} aria-hidden /> : <Play size={20} aria-hidden />}
      </button>
      <div
        className={styles.track}
        role="slider"
        tabIndex={tabIndex}
        aria-label={text('files.position')}
        aria-valuemin={0}
        aria-valuemax={Math.round(total)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={text('files.position.at', {
          at: formats.countdown(at * 1_000),
          total: formats.countdown(total * 1_000),
        })}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          seek(((event.clientX - left) / width) * total);
        }}
      >
        {bars.map((height, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            className={classNames(styles.bar, index / barCount < part && styles.played)}
            style={{ height: `${Math.max(lowestBar, height) * 100}%` }}
          />
        ))}
      </div>
      <span className={styles.time}>{formats.countdown((isPlaying || at > 0 ? at : total) * 1_000)}</span>
    </div>
  );
}

/** Heights from 0 to 1; of sound without a waveform all alike. */
function barsOf(waveform: string | undefined): number[] {
  try {
    if (waveform) return [...fromBase64Url(waveform)].slice(0, barCount).map((loudness) => loudness / 255);
  } catch {
    // Of a client that says something else.
  }
  return new Array(barCount).fill(0.15);
}
