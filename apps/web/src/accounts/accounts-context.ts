import { createContext, useContext } from 'react';
import type { Accounts } from '../state/accounts.ts';

export const AccountsContext = createContext<Accounts | undefined>(undefined);

export function useAccounts(): Accounts {
  const accounts = useContext(AccountsContext);
  if (!accounts) throw new Error('no AccountsContext above');
  return accounts;
}
