import type { Command } from '../context.ts';
import { stateLine } from '../state-line.ts';

export const node: Command = {
  usage: '/node',
  summary: 'the chat node that you are on',
  async run({ client, terminal }) {
    terminal.print(stateLine(client.state));
  },
};
