/** What a logged-in user sees, which a stranger need not load. To be called as soon as it is likely to be needed. */
export const loadShell = () => import('./shell.tsx');
