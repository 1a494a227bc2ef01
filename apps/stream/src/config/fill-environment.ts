/** `${NAME}` and `${NAME:-default}` in the texts of a config file; `$$` is a dollar. */
import { WindrowError } from '@windrow/core';

const REFERENCE = /\$(?:\$|\{([^}]*)\})/g;
const NAMED = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

export interface Filled {
  readonly text: string;
  /** Whether there was anything to fill in. */
  readonly isFilled: boolean;
}

/**
 * A variable that is set to nothing counts as not set.
 * @throws WindrowError USAGE naming `where` for a variable that is not set and has no default, and for what is no reference
 */
export function fillEnvironment(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  where: string,
): Filled {
  let isFilled = false;
  const filled = text.replace(REFERENCE, (whole, inner: string | undefined) => {
    if (inner === undefined) return '$';
    const [, name, otherwise] = NAMED.exec(inner) ?? [];
    if (name === undefined) {
      throw new WindrowError(
        'USAGE',
        `${where}: found ${whole}, expected \${NAME} or \${NAME:-default} (a dollar is $$)`,
      );
    }
    const value = env[name] === undefined || env[name] === '' ? otherwise : env[name];
    if (value === undefined) {
      throw new WindrowError(
        'USAGE',
        `${where}: found \${${name}}, which is not set, expected the environment variable or a default: \${${name}:-default}`,
      );
    }
    isFilled = true;
    return value;
  });
  return { text: filled, isFilled };
}
