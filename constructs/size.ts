/** An amount of data. */
export class Size {
  static bytes(bytes: number): Size {
    if (!Number.isSafeInteger(bytes) || bytes < 1)
      throw new Error(`a size must be a whole number of bytes, at least 1, got ${bytes}`);
    return new Size(bytes);
  }

  static mebibytes(amount: number): Size {
    return Size.bytes(amount * 1024 ** 2);
  }

  static gibibytes(amount: number): Size {
    return Size.bytes(amount * 1024 ** 3);
  }

  static tebibytes(amount: number): Size {
    return Size.bytes(amount * 1024 ** 4);
  }

  private constructor(private readonly amount: number) {}

  toBytes(): number {
    return this.amount;
  }
}
