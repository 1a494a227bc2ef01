/** Where definitions may come from beside files and `http(s)://`. */
import type { TextReader } from '@windrow/io';

export const definitionReaders: Readonly<Record<string, TextReader>> = {
  gs: async (uri, known) => {
    const { gcsText } = await import('@windrow/io-gcs');
    return gcsText(uri, known);
  },
};
