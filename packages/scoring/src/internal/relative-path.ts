/** Paths that others write, which must stay inside of a folder. */

const LENGTH_MAX = 1024;

/** What is wrong with a path, or null: it is relative, with `/`, and without empty, `.` and `..` parts. */
export function pathFault(path: string): string | null {
  if (path.length > LENGTH_MAX) return `${path.length} characters, expected at most ${LENGTH_MAX}`;
  const isInside =
    !/[\\\0:]/.test(path) && path.split('/').every((part) => !/^\.{0,2}$/.test(part));
  return isInside
    ? null
    : `${JSON.stringify(path)}, expected a relative path with "/" and without ".." that stays inside of its folder`;
}
