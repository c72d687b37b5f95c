import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import styles from './file-drop.module.css';
import { useAttach } from './use-attach.ts';

/** Takes files that are dropped on the conversation that it is in. */
export function FileDrop({ conversation, name }: { conversation: number; name: string }) {
  const text = useText();
  const attach = useAttach(conversation);
  const attachNow = useRef(attach);
  const marker = useRef<HTMLDivElement>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    attachNow.current = attach;
  });
  useEffect(() => {
    const place = marker.current!.parentElement!;
    /** Enterings of elements within that have not been left. */
    let depth = 0;
    const brings = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const over = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'copy';
    };
    const leave = (event: DragEvent) => {
      if (!brings(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!brings(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      // A folder comes as something of no type that cannot be read.
      const items = [...event.dataTransfer!.items].filter(
        (item) => item.kind === 'file' && item.webkitGetAsEntry?.()?.isDirectory !== true,
      );
      const files = items.map((item) => item.getAsFile()).filter((file) => file !== null);
      attachNow.current(files.map((file) => ({ file })));
    };
    const listeners = { dragenter: enter, dragover: over, dragleave: leave, drop } as const;
    for (const [event, listener] of Object.entries(listeners))
      place.addEventListener(event, listener as EventListener);
    return () => {
      for (const [event, listener] of Object.entries(listeners))
        place.removeEventListener(event, listener as EventListener);
    };
  }, []);
  return (
    <div ref={marker} className={styles.drop} hidden={!isOver}>
      <p className={styles.words}>
        <Upload size={32} aria-hidden />
        {text('files.drop', { name })}
      </p>
    </div>
  );
}
