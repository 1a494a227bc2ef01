/** Keys as everything that Windrow writes has them; what is infinite or not a number becomes null, as JSON has it. */
export function snakeCased(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([key, one]) => [snakeCase(key), one]));
    }),
  ) as object;
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
