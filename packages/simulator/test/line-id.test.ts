import { describe, expect, it } from 'vitest';
import { idOf, lineId, lineName, uuidOfUrl } from '../src/index.ts';

describe('ids', () => {
  it('are UUIDv5 in the URL namespace, as Python makes them', () => {
    // python3 -c "import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, 'urn:windrow:sim/extrusion-001'))"
    expect(lineName(0)).toBe('extrusion-001');
    expect(lineId(lineName(0))).toBe('f743e516-7396-5bd9-95cc-f66544b804df');
    expect(idOf('extrusion-001', 'melt-pressure')).toBe('3bdba380-eba0-568d-ada1-2ff1bf74c665');
    expect(uuidOfUrl('urn:windrow:sim/extrusion-1200/é')).toBe(
      '50a1c23b-6137-5879-9a69-17ec7f41c27f',
    );
  });
});
