/** Which objects are the same, and which a source would read: from their names alone. */
import { posix } from 'node:path';
import type { PlaceRule } from '@windrow/io';
import { isPattern, objectPlace } from './internal/object-place.ts';
import { splitWide, withinPattern } from './internal/source-name.ts';

export const gcsPlaceRule: PlaceRule = {
  identity: (uri) => uri,
  // An object below the prefix that is read would be read the next time, if not now.
  reads: (input, output) => {
    const from = objectPlace(splitWide(input).place);
    const to = objectPlace(output);
    if (from.bucket !== to.bucket) return false;
    if (isPattern(from.name)) return posix.matchesGlob(to.name, withinPattern(from.name));
    const folder = from.name === '' || from.name.endsWith('/') ? from.name : `${from.name}/`;
    return to.name === from.name || to.name.startsWith(folder);
  },
};
