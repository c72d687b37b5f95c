import { createContext } from 'react';

/** Whether Tab comes to what a message has within: it does to that of one message at a time. */
export const Reachable = createContext(true);
