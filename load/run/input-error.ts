/** Something that whoever started the run has to mend; the message is the one line that they are told. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
