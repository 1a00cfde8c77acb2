import type { Json } from '../model/json.ts';

const binaryPowers: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };
const decimalPowers: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** A Kubernetes Quantity in billionths, rounded up as the API does; `undefined` for anything else (`resource.ParseQuantity`). */
export function readQuantity(value: Json): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = /^([-+]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][-+]?\d+)?$/.exec(text);
  const [, sign, whole = '', fraction = '', suffix = ''] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const power = binaryPowers[suffix];
  const exponent = power === undefined ? (decimalPowers[suffix] ?? Number(suffix.slice(1))) : 0;
  if (Math.abs(exponent) > 40 || fraction.length > 40) return undefined;
  const size = BigInt(whole + fraction) * 1024n ** (power ?? 0n);
  const scaled = scale(size, 9 + exponent - fraction.length);
  return sign === '-' ? -scaled : scaled;
}

function scale(size: bigint, exponent: number): bigint {
  if (exponent >= 0) return size * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (size + divisor - 1n) / divisor;
}

/** Tells whether two values are the same Quantity; false when either is none. */
export function isSameQuantity(one: Json, other: Json): boolean {
  const size = readQuantity(one);
  return size !== undefined && size === readQuantity(other);
}

const milli = 10n ** 6n;

/** The same for resource lists, where the API rounds up to thousandths (k8s.io/kubernetes `SetDefaults_ResourceList`). */
export function isSameAmount(one: Json, other: Json): boolean {
  const [size, otherSize] = [readQuantity(one), readQuantity(other)];
  if (size === undefined || otherSize === undefined) return false;
  return size === otherSize || roundUp(size) === roundUp(otherSize);
}

function roundUp(size: bigint): bigint {
  return size > 0n ? (size + milli - 1n) / milli : size / milli;
}

const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** A Go duration (`2160h`, `1h30m`) in seconds; `undefined` for anything else (`time.ParseDuration`). */
export function readDuration(value: Json): number | undefined {
  if (typeof value !== 'string' || !/^[-+]?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(value)) return undefined;
  let seconds = 0;
  for (const [, amount = '', unit = ''] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(amount) * (durationUnits[unit] ?? 0);
  }
  return value.startsWith('-') ? -seconds : seconds;
}
