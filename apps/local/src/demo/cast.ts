/** Someone of the demo; all of it is the same at each start. */
export interface Character {
  /** What they log in by, before the `@`, and their user name. */
  name: string;
  nick: string;
  description: string;
  /** What they answer, one after the other. */
  answers: readonly string[];
}

/** Who says what, by their names. */
export type Line = readonly [name: string, text: string];

export const domain = 'demo.example';
export const password = 'Harbour-light-9';

/** Whom one logs in as. */
export const hero: Character = {
  name: 'demo',
  nick: 'Noor Haddad',
  description: 'Ship chandler. Ropes, paint, good advice.',
  answers: [],
};

/** Friends of hers. */
export const friends: readonly Character[] = [
  {
    name: 'ines',
    nick: 'Ines Duarte',
    description: 'Night shift at pier 4. Coffee helps.',
    answers: [
      'Got it. I will write it into the log.',
      'Give me a minute, there is a boat at the pier…',
      'Yes! And bring coffee, please.',
      'All quiet here. How is it with you?',
    ],
  },
  {
    name: 'xiaochuan',
    nick: '李小船',
    description: '港口的灯，夜里亮着。',
    answers: ['好的，没问题！', '我看一下潮汐表，稍等。', '明白了，谢谢！', '哈哈，下次一起去。'],
  },
  {
    name: 'tomasz',
    nick: 'Tomasz Wójcik',
    description: 'Crane driver',
    answers: ['On the hook already 🚚', 'Up here one sees everything. Looks good.', 'After lunch.'],
  },
  {
    name: 'zoe',
    nick: 'Zoë Lindqvist',
    description: '',
    answers: ['😂', 'I am in. When?', 'Ask Marek, he has the keys.'],
  },
  {
    name: 'marek',
    nick: 'Marek',
    description: 'Pilot boat',
    answers: ['Wind is turning, let us go before noon.', 'Roger.', 'I will tow you if need be.'],
  },
];

/** Asks to be a friend. */
export const asker: Character = {
  name: 'anna',
  nick: 'Anna Berg',
  description: 'The red boat',
  answers: ['Thank you for having me!', 'See you at the regatta.', 'Red is the fastest colour.'],
};
export const askerNote = 'We met at the regatta. Anna, with the red boat!';

/** Only to be found: by her name, or a part of it. */
export const stranger: Character = {
  name: 'amina',
  nick: 'Amina Yusuf',
  description: 'Customs, but the friendly kind',
  answers: ['Nothing to declare?', 'Stamped and done.'],
};

/** What was said between the hero and a friend. */
export const talks: Readonly<Record<string, readonly Line[]>> = {
  xiaochuan: [
    ['xiaochuan', '早上好！今天的潮汐表出来了吗？'],
    ['demo', '出来了，高潮是 14:20。'],
    ['xiaochuan', '太好了，谢谢！那我们 13:45 出发？'],
    ['demo', '对，13:45 就行。'],
    ['xiaochuan', '明天见 👍'],
  ],
  zoe: [
    ['zoe', 'I left the spare keys with Marek.'],
    ['demo', 'Perfect, thank you!'],
  ],
  tomasz: [['tomasz', 'Container 4471 is on the truck 🚚']],
  marek: [['marek', 'Wind is turning. We should leave before noon.']],
  ines: [
    ['demo', 'Is the coffee machine at pier 4 mended?'],
    ['ines', 'Since last night. Write me anything: I answer at once.'],
  ],
};

/** Groups, made by the hero. */
export const groups: readonly {
  cid: string;
  title: string;
  members: readonly string[];
  lines: readonly Line[];
}[] = [
  {
    cid: 'demo-harbour-crew',
    title: 'Harbour crew',
    members: ['ines', 'xiaochuan', 'tomasz', 'zoe', 'marek'],
    lines: [
      ['ines', 'Morning everyone. The inspector comes on Saturday, so let us get the north pier ready.'],
      ['ines', 'Who can bring the long ladder?'],
      ['tomasz', 'I can. It is in the crane shed, I will put it on the cart tonight.'],
      ['demo', 'Paint and brushes are on me: two cans of white, one of that awful green.'],
      ['zoe', 'awful green 😂'],
      ['xiaochuan', '我带午饭，有没有人不吃辣？'],
      ['marek', 'Tide is high at 14:20, so everything that floats should be moved by noon.'],
      ['ines', 'Then that is settled: ten o’clock, north pier, old clothes ⚓'],
    ],
  },
  {
    cid: 'demo-weekend-ride',
    title: '周末骑行',
    members: ['xiaochuan', 'marek'],
    lines: [
      ['xiaochuan', '周六早上七点，灯塔下集合。'],
      ['marek', 'Half past seven, please. The boat comes in at seven.'],
      ['demo', '好，七点半。'],
    ],
  },
];
