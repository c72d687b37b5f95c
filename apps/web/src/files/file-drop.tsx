import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import styles from './file-drop.module.css';
import type { UploadPlace } from './upload.ts';
import { useAttach } from './use-attach.ts';

/** Takes files that are dropped on what it is in. */
export function FileDrop({ place, name }: { place: UploadPlace; name: string }) {
  const text = useText();
  const attach = useAttach(place);
  const attachNow = useRef(attach);
  const marker = useRef<HTMLDivElement>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    attachNow.current = attach;
  });
  useEffect(() => {
    const area = marker.current!.parentElement!;
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
      area.addEventListener(event, listener as EventListener);
    return () => {
      for (const [event, listener] of Object.entries(listeners))
        area.removeEventListener(event, listener as EventListener);
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
