/** A short soft tone, made by the browser itself. Silent where sound is not allowed. */
export function playTone(): void {
  try {
    const audio = new AudioContext();
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, audio.currentTime);
    gain.gain.linearRampToValueAtTime(0.06, audio.currentTime + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.45);
    gain.connect(audio.destination);
    for (const [hertz, delay] of [
      [660, 0],
      [880, 0.09],
    ] as const) {
      const tone = audio.createOscillator();
      tone.frequency.value = hertz;
      tone.connect(gain);
      tone.start(audio.currentTime + delay);
      tone.stop(audio.currentTime + 0.5);
      if (delay > 0) tone.onended = () => void audio.close();
    }
  } catch {
    // The browser plays nothing before the user has touched the page.
  }
}
