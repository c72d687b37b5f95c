import type { ReactNode } from 'react';
import { PageFrame } from '../design/page-frame.tsx';

/** A page of the settings. */
export function SettingsFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <PageFrame title={title} back={{ section: 'settings' }}>
      {children}
    </PageFrame>
  );
}
