import { createContext, useContext } from 'react';

const OpenThreadContext = createContext<((root: number) => void) | undefined>(undefined);

/** Opens the thread below a message beside the conversation; undefined within one. */
export const OpenThreadProvider = OpenThreadContext.Provider;
export const useOpenThread = (): ((root: number) => void) | undefined => useContext(OpenThreadContext);
