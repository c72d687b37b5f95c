/** A mark of any kind, or what begins a line of a list or a quote. */
const mark = /[*_~`\\]|\]\(|^[ \t]*(?:>|[-+][ \t]|\d{1,9}[.)][ \t])/m;

/** Whether a text has anything that could be formatted; of most there is nothing to be loaded for. */
export const mayBeMarked = (text: string): boolean => mark.test(text);
