/** Numbers for people: counts, sizes, rates, shares. Never for files. */

const SI = ['', ' k', ' M', ' G', ' T', ' P'] as const;
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A whole number with a comma at every third digit: `50,000,000`. */
export function formatCount(count: number): string {
  const digits = Math.abs(Math.round(count)).toString();
  if (digits.includes('e') || !Number.isFinite(count)) return String(count);
  const sign = Math.round(count) < 0 ? '-' : '';
  return sign + digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Three significant digits and a prefix of a thousand: `999`, `4.12 M`. */
export function formatSi(value: number): string {
  return scaled(value, 1000, SI);
}

/** `4.12 M/s`, for a rate a second. */
export function formatRate(perSecond: number): string {
  return `${formatSi(perSecond)}/s`;
}

/** Three significant digits and a prefix of 1024: `512 B`, `1.5 GiB`. */
export function formatBytes(sizeBytes: number): string {
  return scaled(sizeBytes, 1024, BINARY, ' ');
}

/** A share of 1 as a percentage: `43 %`; one decimal below 10 %, and never `100 %` before it is. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent >= 99.5 && percent < 100) return '99 %';
  return percent > 0 && percent < 9.95 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`;
}

function scaled(value: number, base: number, units: readonly string[], gap = ''): string {
  if (!Number.isFinite(value)) return String(value);
  let size = Math.abs(value);
  let unit = 0;
  // 999.5 would be shown as 1000: it belongs to the next unit.
  while (size >= base - 0.5 && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  const digits = size.toFixed(decimals(size, unit));
  const text = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
  return `${value < 0 && text !== '0' ? '-' : ''}${text}${gap}${units[unit]!}`;
}

/** Decimals that make three significant digits; whole numbers stay whole. */
function decimals(size: number, unit: number): number {
  if (unit === 0 && Number.isInteger(size)) return 0;
  if (size >= 99.95) return 0;
  return size >= 9.995 ? 1 : 2;
}
