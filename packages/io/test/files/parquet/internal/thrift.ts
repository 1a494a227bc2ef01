/** Thrift's compact protocol, as much of it as tests need to make page headers of their own. */

export type Field = readonly [id: number, value: number | readonly Field[]];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) return bytes;
  }
}

/** A struct of int32 and structs; ids ascend by less than 16. */
export function struct(fields: readonly Field[]): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const [id, value] of fields) {
    const isStruct = typeof value !== 'number';
    bytes.push(((id - last) << 4) | (isStruct ? 12 : 5));
    bytes.push(...(isStruct ? struct(value) : varint((value << 1) ^ (value >> 31))));
    last = id;
  }
  return [...bytes, 0];
}
