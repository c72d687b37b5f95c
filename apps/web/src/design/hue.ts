import styles from './hue.module.css';

/** Gives an element the custom property `--hue`. */
export const hueClass = (hue: number): string | undefined => styles[`hue${hue}`];
