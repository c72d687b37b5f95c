import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../design/button.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { type Held, type Recording, startRecording, type VoiceRecording } from './record-voice.ts';
import styles from './recorder.module.css';

/** Shorter is taken for a mistake. */
const shortestMs = 600;
const levelEveryMs = 100;

/** Over the line where one writes while one speaks: for how long, how loud, and the ways to end it. */
export function Recorder({
  held,
  onDone,
  onClose,
}: {
  held: Held;
  onDone: (recording: Recording | undefined) => void;
  onClose: () => void;
}) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const recording = useRef<VoiceRecording>(undefined);
  const ended = useRef(false);
  const sendButton = useRef<HTMLButtonElement>(null);
  const [shown, setShown] = useState<{ durationMs: number; level: number }>();
  const current = useRef({ text, notice, onClose });
  useEffect(() => {
    current.current = { text, notice, onClose };
  });

  useEffect(() => {
    let isGone = false;
    startRecording().then(
      (started) => {
        if (isGone) {
          started.cancel();
          return;
        }
        recording.current = started;
        setShown({ durationMs: 0, level: 0 });
      },
      (error: unknown) => {
        if (isGone) return;
        const { text, notice, onClose } = current.current;
        const isDenied = error instanceof DOMException && error.name === 'NotAllowedError';
        notice(text(isDenied ? 'files.voice.denied' : 'files.voice.none'), 'failure');
        onClose();
      },
    );
    const timer = setInterval(() => {
      const { current: running } = recording;
      if (running) setShown({ durationMs: running.durationMs, level: running.level });
    }, levelEveryMs);
    return () => {
      isGone = true;
      clearInterval(timer);
      recording.current?.cancel();
    };
  }, []);

  const finish = async (send: boolean) => {
    if (ended.current) return;
    const { current: running } = recording;
    // Let go before the microphone was there: it goes on as if tapped.
    if (!running && send) return;
    ended.current = true;
    if (!running || !send) {
      onDone(undefined);
      return;
    }
    if (running.durationMs < shortestMs) {
      notice(text('files.voice.short'));
      onDone(undefined);
      return;
    }
    onDone(await running.finish());
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the button is let go
  useEffect(() => {
    if (held === 'released') void finish(true);
    if (held === 'cancelled') void finish(false);
    if (held === 'tapped') sendButton.current?.focus();
  }, [held]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape, wherever the focus is within
    <div
      className={styles.recorder}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        void finish(false);
      }}
    >
      <span className={styles.dot} aria-hidden />
      <span className={styles.time} role="timer">
        {text('files.voice.recording', { time: formats.countdown(shown?.durationMs ?? 0) })}
      </span>
      <span className={styles.level} aria-hidden>
        <span className={styles.loud} style={{ width: `${Math.min(100, (shown?.level ?? 0) * 220)}%` }} />
      </span>
      <IconButton label={text('files.voice.cancel')} onClick={() => void finish(false)}>
        <Trash2 size={20} aria-hidden />
      </IconButton>
      <IconButton
        ref={sendButton}
        label={text('files.voice.send')}
        accent
        disabled={!shown}
        onClick={() => void finish(true)}
      >
        <SendHorizontal size={20} aria-hidden />
      </IconButton>
    </div>
  );
}
