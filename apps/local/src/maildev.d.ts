/** What is used of maildev 2.2.1, which has no types. */
declare module 'maildev' {
  interface MailServer {
    readonly store: { id: string; time: Date }[];
    listen(): Promise<void>;
    on(event: 'new', listener: () => void): void;
    deleteEmail(id: string, done: (error?: Error | null) => void): void;
  }
  const createMaildev: (config: {
    smtp: number;
    web: number;
    ip: string;
    webIp: string;
    mailDirectory: string;
    silent: boolean;
  }) => MailServer;
  export = createMaildev;
}
