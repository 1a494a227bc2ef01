/** Names of the inputs of a form, for columns. */
import type { TensorForm } from '../tensor-form.ts';

/** An input has the name of its metric if that is the same in every definition and no other input's, else `input_N`. */
export function inputNames(form: TensorForm, metricNames: ReadonlyMap<string, string>): string[] {
  const names = Array.from({ length: form.channels }, (_, c) => {
    const all = new Set(form.definitions.map((d) => metricNames.get(d.inputMetricIds[c]!)));
    const [name] = all;
    return all.size === 1 && name !== undefined ? name : `input_${c}`;
  });
  return names.map((name, c) => (names.indexOf(name) === c ? name : `input_${c}`));
}
