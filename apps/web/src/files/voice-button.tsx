import { Mic } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../design/button.tsx';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import type { Held, Recording } from './record-voice.ts';
import type { UploadPlace } from './upload.ts';
import { useUploads } from './uploads-of.ts';

const Recorder = lazyPart(async () => (await import('./recorder.tsx')).Recorder, 'dialog');

/** Shorter than this is a tap: it goes on recording until one sends it. */
const tapMs = 400;
/** A finger that is moved so far away cancels. */
const cancelPx = 90;

/** Records one's voice: held while one speaks, or tapped to begin and then sent. */
export function VoiceButton({
  place,
  onSent,
  replyTo,
}: {
  place: UploadPlace;
  replyTo: number | undefined;
  onSent: () => void;
}) {
  const text = useText();
  const uploads = useUploads();
  const button = useRef<HTMLButtonElement>(null);
  const [held, setHeld] = useState<Held>();
  const pressed = useRef<{ at: number; x: number; y: number }>(undefined);
  const isRecording = held !== undefined;

  useEffect(() => {
    if (!isRecording) return;
    const up = (event: PointerEvent) => {
      const begun = pressed.current;
      if (!begun) return;
      pressed.current = undefined;
      const far = Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > cancelPx;
      setHeld(event.timeStamp - begun.at < tapMs ? 'tapped' : far ? 'cancelled' : 'released');
    };
    const lost = () => {
      if (pressed.current) setHeld('tapped');
      pressed.current = undefined;
    };
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', lost);
    return () => {
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', lost);
    };
  }, [isRecording]);

  const done = (recording: Recording | undefined) => {
    setHeld(undefined);
    requestAnimationFrame(() => button.current?.focus({ preventScroll: true }));
    if (!recording) return;
    const { file, ...seen } = recording;
    uploads.sendVoice(place, file, seen, replyTo);
    onSent();
  };
  return (
    <>
      <IconButton
        ref={button}
        label={text('files.voice.record')}
        aria-pressed={isRecording}
        onContextMenu={(event) => event.preventDefault()}
        onPointerDown={(event) => {
          if (event.button !== 0 || isRecording) return;
          pressed.current = { at: event.timeStamp, x: event.clientX, y: event.clientY };
          setHeld('holding');
        }}
        // Of a keyboard, or of whatever speaks for the user: a pointer has been heard already.
        onClick={() => setHeld((current) => current ?? 'tapped')}
      >
        <Mic size={21} aria-hidden />
      </IconButton>
      {held && <Recorder held={held} onDone={done} onClose={() => done(undefined)} />}
    </>
  );
}
