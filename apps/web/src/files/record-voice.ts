import { toBase64Url } from './thumbhash.ts';

const barCount = 64;
const sampleEveryMs = 50;
/** A recording ends by itself after this. */
const longestMs = 15 * 60_000;
const bitsPerSecond = 32_000;
/** What browsers record, the best first. */
const types = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4', ''] as const;

export interface Recording {
  file: File;
  durationMs: number;
  /** Base64url of 64 bytes. */
  waveform: string;
}

/** What became of the button that records: a tap leaves it recording. */
export type Held = 'holding' | 'tapped' | 'released' | 'cancelled';

export interface VoiceRecording {
  readonly durationMs: number;
  /** From 0 to 1, of the last moment. */
  readonly level: number;
  finish(): Promise<Recording>;
  cancel(): void;
}

/** Records from the microphone. Rejects with a DOMException when there is none, or when it may not be used. */
export async function startRecording(): Promise<VoiceRecording> {
  if (!navigator.mediaDevices) throw new DOMException('no microphone on an insecure page', 'NotAllowedError');
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const mimeType = types.find((type) => type === '' || MediaRecorder.isTypeSupported(type))!;
  const recorder = new MediaRecorder(stream, {
    audioBitsPerSecond: bitsPerSecond,
    ...(mimeType && { mimeType }),
  });
  const chunks: Blob[] = [];
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  const context = new AudioContext();
  void context.resume();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const levels: number[] = [];
  const startedAt = performance.now();
  let endedAt: number | undefined;
  const stop = () => {
    if (endedAt !== undefined) return;
    endedAt = performance.now();
    clearInterval(timer);
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    levels.push(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
    if (performance.now() - startedAt > longestMs) stop();
  }, sampleEveryMs);
  const whole = new Promise<void>((resolve) => {
    recorder.onstop = () => resolve();
  });
  recorder.start();
  return {
    get durationMs() {
      return Math.round((endedAt ?? performance.now()) - startedAt);
    },
    get level() {
      return levels.at(-1) ?? 0;
    },
    async finish() {
      stop();
      await whole;
      const type = (recorder.mimeType || 'audio/webm').split(';')[0]!;
      const name = `voice.${type === 'audio/mp4' ? 'm4a' : type.split('/')[1]}`;
      const file = new File(chunks, name, { type });
      return { file, durationMs: Math.round(endedAt! - startedAt), waveform: waveformOf(levels) };
    },
    cancel: stop,
  };
}

/** The loudness of each 64th, beside the loudest: base64url of 64 bytes. */
function waveformOf(levels: readonly number[]): string {
  const bars = Array.from({ length: barCount }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / barCount);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / barCount));
    return Math.max(0, ...levels.slice(from, to));
  });
  const loudest = Math.max(...bars, 0.02);
  return toBase64Url(Uint8Array.from(bars, (level) => Math.round((255 * level) / loudest)));
}
