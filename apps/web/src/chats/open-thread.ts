import { createContext, useContext } from 'react';

const OpenThreadContext = createContext<(root: number) => void>(() => {});

/** Opens the thread below a message beside the conversation. */
export const OpenThreadProvider = OpenThreadContext.Provider;
export const useOpenThread = (): ((root: number) => void) => useContext(OpenThreadContext);
