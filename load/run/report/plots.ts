import type { MetricName } from '../../profiles/metrics.ts';
import type { Samples, Slot } from '../samples.ts';
import type { Line, Plot } from './plot.ts';

const percentiles = [
  { name: 'p50', percent: 50, color: '--line-1' },
  { name: 'p90', percent: 90, color: '--line-2' },
  { name: 'p99', percent: 99, color: '--line-3' },
];

/** What the report shows over time; what never happened has no plot. */
export function plotsOf(samples: Samples): Plot[] {
  const { slots, slotMs } = samples;
  const perSecond = (name: MetricName): (number | undefined)[] =>
    slots.map((slot) => ((slot.counts.get(name) ?? 0) * 1_000) / slotMs);
  const latency = (title: string, name: MetricName, note: string): Plot[] =>
    samples.totals.trends.has(name)
      ? [
          {
            title,
            unit: 'ms',
            scale: 'log',
            note,
            lines: percentiles.map((each) => trendLine(slots, name, each)),
          },
        ]
      : [];
  const running = (names: Partial<Record<MetricName, 1 | -1>>): number[] => cumulated(slots, names);
  return [
    ...latency(
      'Acknowledgement',
      'berth_ack_ms',
      'from when a message is due to its acknowledgement, after the commit',
    ),
    ...latency(
      'Delivery',
      'berth_delivery_ms',
      "from when a message is due to each other member's sight of it",
    ),
    {
      title: 'Messages a second',
      unit: '/s',
      scale: 'linear',
      note: 'acknowledged ones, and deliveries to the other members',
      lines: [
        { name: 'acknowledged', color: '--line-1', values: perSecond('berth_acknowledged') },
        { name: 'delivered', color: '--line-2', values: perSecond('berth_delivered') },
      ],
    },
    {
      title: 'Connections',
      unit: '',
      scale: 'linear',
      note: 'WebSockets that are open at the end of each stretch',
      lines: [{ name: 'open', color: '--line-1', values: running({ berth_opened: 1, berth_closed: -1 }) }],
    },
    {
      title: 'Errors',
      unit: '',
      scale: 'linear',
      note: 'refusals, failed connections and broken scenarios',
      lines: [
        {
          name: 'errors',
          color: '--line-3',
          values: slots.map((slot) => slot.counts.get('berth_errors') ?? 0),
        },
      ],
    },
    {
      title: 'Messages lost',
      unit: '',
      scale: 'linear',
      note: 'deliveries that are owed and still on their way; lost: not there at the end',
      lines: [
        {
          name: 'on their way',
          color: '--line-2',
          values: running({ berth_owed: 1, berth_delivered: -1 }).map((value) => Math.max(0, value)),
        },
        { name: 'lost', color: '--line-3', values: running({ berth_lost: 1 }) },
      ],
    },
    ...latency('Log-in', 'berth_login_ms', 'by password, from the request to the berth'),
    ...latency('Registration', 'berth_register_ms', 'from asking for a code, by the mailbox, to the account'),
    ...latency(
      'Return after a cut',
      'berth_reconnect_ms',
      'from the cut to having everything that was missed',
    ),
    ...latency('Upload', 'berth_upload_ms', 'of a file in two parts, until it can be attached'),
    ...latency('Download', 'berth_download_ms', 'from the sight of its message, with the link asked for'),
    ...latency('Placement', 'berth_place_ms', 'over gRPC, asked of status itself'),
  ];
}

function trendLine(
  slots: readonly Slot[],
  metric: MetricName,
  { name, percent, color }: (typeof percentiles)[number],
): Line {
  return { name, color, values: slots.map((slot) => slot.trends.get(metric)?.percentile(percent)) };
}

function cumulated(slots: readonly Slot[], names: Partial<Record<MetricName, 1 | -1>>): number[] {
  let sum = 0;
  return slots.map(({ counts }) => {
    for (const [name, sign] of Object.entries(names)) sum += sign * (counts.get(name as MetricName) ?? 0);
    return sum;
  });
}

/** The most WebSockets that were open at once, at the ends of stretches. */
export const mostConnections = ({ slots }: Samples): number =>
  Math.max(0, ...cumulated(slots, { berth_opened: 1, berth_closed: -1 }));
