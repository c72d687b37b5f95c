import type { LucideIcon } from 'lucide-react';

/** Something that a menu offers to do. */
export interface Action {
  label: string;
  icon: LucideIcon;
  danger?: boolean;
  run: () => void;
}
