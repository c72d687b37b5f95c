import type { Command } from '../context.ts';

export const quiet: Command = {
  usage: '/quiet',
  summary: 'show nothing but the open conversation; again: everything',
  async run(context) {
    context.quiet = !context.quiet;
    context.terminal.print(
      context.quiet ? '* quiet: the open conversation alone is shown' : '* everything is shown again',
    );
  },
};
