import { BerthError, type ErrorCode } from '@berth/wire';

/** A refusal that says of each field what is wrong with it; never the value. */
export class FieldsError extends BerthError {
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Record<string, string>, code: ErrorCode = 'bad_request') {
    super(
      code,
      Object.entries(fields)
        .map(([field, what]) => (field === '' ? what : `${field}: ${what}`))
        .join('; '),
    );
    this.fields = fields;
  }
}
