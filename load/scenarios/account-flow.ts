import { logIn, mailUrl, register } from './accounts.ts';
import { Connection } from './connection.ts';
import { ownNumber, type Prepared } from './run-plan.ts';

/** A stranger registers by the code in the mailbox, logs in, connects and leaves; without a mailbox somebody known logs in. */
export async function accountFlow({ run, direct, groups, storm }: Prepared): Promise<void> {
  const number = ownNumber();
  const known = [...direct, ...groups, ...storm];
  const person = mailUrl ? await register(`k6-${run}-a${number}`) : known[number % known.length]!;
  const { berth } = await logIn(person);
  const connection = await Connection.open(berth, { entry: () => {}, goAway: () => {}, closed: () => {} });
  await connection.ask('resume', { marks: [] });
  await connection.ask('goodbye', {});
  connection.cut();
}
