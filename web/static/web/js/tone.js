// Sounds of the desk, made here (no files): a P1 is three rising notes, repeated until somebody takes it; it has no mute.

let context = null;

export function audioContext() {
  context ??= new AudioContext();
  return context;
}

export const isLocked = () => audioContext().state !== "running";

// Browsers let a page sound only after a touch or a key: true once it may.
export async function unlock() {
  await audioContext().resume();
  return !isLocked();
}

function note(frequency, start, length, volume, shape = "sine") {
  const c = audioContext();
  const oscillator = c.createOscillator();
  const gain = c.createGain();
  oscillator.type = shape;
  oscillator.frequency.value = frequency;
  const from = c.currentTime + start;
  gain.gain.setValueAtTime(0.0001, from);
  gain.gain.exponentialRampToValueAtTime(volume, from + 0.02);
  gain.gain.setValueAtTime(volume, from + length - 0.05);
  gain.gain.exponentialRampToValueAtTime(0.0001, from + length);
  oscillator.connect(gain).connect(c.destination);
  oscillator.start(from);
  oscillator.stop(from + length);
}

export function life() {
  for (const [i, f] of [660, 880, 1175].entries()) { note(f, i * 0.22, 0.2, 0.5, "triangle"); note(f, 0.9 + i * 0.22, 0.2, 0.5, "triangle"); }
}

export function welfare() { note(620, 0, 0.25, 0.3); note(780, 0.3, 0.3, 0.3); }

export function fault() { note(330, 0, 0.3, 0.2); }

export function lost() { note(420, 0, 0.35, 0.4, "square"); note(280, 0.4, 0.5, 0.4, "square"); }

export function back() { note(520, 0, 0.12, 0.2); note(780, 0.15, 0.16, 0.2); }
