import type { GroupSettings, SetSettings } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { changeGroup } from './change-group.ts';
import { requireAdmin, requireOwner } from './group-rules.ts';
import { type LogChange, recordChange, unchanged } from './log-change.ts';
import { listGroup } from './mysql-group-directory.ts';

const newSettings: GroupSettings = {
  ...{ topic: '', about: '', announcements: false, slowMs: 0, open: false },
  history: 'join',
};

/** Settings of groups; each change is an entry of the log, judged and told as those of members are. */
export class MysqlGroupSettings {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Sets what is named; `settings`: what has changed by it. Errors: `not_member`, `forbidden`. */
  async set(
    conversation: number,
    actor: number,
    wanted: Partial<GroupSettings>,
  ): Promise<LogChange & { settings: Partial<GroupSettings> }> {
    return changeGroup(this.#mysql, conversation, actor, actor, async ({ tx, row, actor: { role } }) => {
      requireAdmin(role);
      if (wanted.open !== undefined) requireOwner(role);
      const before = { ...newSettings, ...row.settings };
      const settings = only(wanted, (name, value) => value !== undefined && value !== before[name]);
      if (Object.keys(settings).length === 0) return { ...unchanged(row), settings };
      const change = await recordChange(tx, row, [
        { kind: 'settings', sender: actor, details: { settings } },
      ]);
      const after: SetSettings = {
        ...only({ ...before, ...settings }, (name, value) => value !== newSettings[name]),
        seq: change.entries[0]!.seq,
      };
      await tx.run('UPDATE conversations SET settings = ? WHERE id = ?', [
        JSON.stringify(after),
        conversation,
      ]);
      if (settings.open !== undefined) await listGroup(tx, row, settings.open);
      return { ...change, settings };
    });
  }
}

function only(
  settings: Partial<GroupSettings>,
  isWanted: (name: keyof GroupSettings, value: unknown) => boolean,
): Partial<GroupSettings> {
  const names = Object.keys(newSettings) as (keyof GroupSettings)[];
  return Object.fromEntries(
    names.flatMap((name) => (isWanted(name, settings[name]) ? [[name, settings[name]]] : [])),
  );
}
