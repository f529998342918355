/** A length of time. RustFS counts lifecycle and retention in whole days. */
export class Duration {
  static days(days: number): Duration {
    if (!Number.isInteger(days) || days < 1)
      throw new Error(`a duration must be a whole number of days, at least 1, got ${days}`);
    return new Duration(days);
  }

  private constructor(private readonly days: number) {}

  toDays(): number {
    return this.days;
  }
}
