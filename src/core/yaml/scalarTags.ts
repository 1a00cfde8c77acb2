import type { ScalarTag, Tags } from 'yaml';

/**
 * How plain scalars read. `plain` is what kubectl, Argo CD and Helm do (sigs.k8s.io/yaml over go-yaml v2), `kustomize` what
 * kustomize and Flux do (kyaml over go-yaml v3). No mode of a JavaScript parser equals either, hence our own tags.
 */
export type YamlProfile = 'plain' | 'kustomize';

/** The tags of a profile, for the `customTags` option over the `failsafe` schema. */
export function scalarTagsOf(profile: YamlProfile): Tags {
  return profile === 'plain' ? plainTags : kustomizeTags;
}

const nullTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
};

/** go-yaml v2 `resolveMap`: the YAML 1.1 words. */
const wideBoolTag = boolTag(/^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/);

/** go-yaml v3 keeps the 1.1 words as strings unless the target is a Go bool, which kyaml never is. */
const narrowBoolTag = boolTag(/^(?:true|True|TRUE|false|False|FALSE)$/);

function boolTag(test: RegExp): ScalarTag {
  return {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test,
    resolve: (text, onError) => {
      if (!test.test(text)) onError(`"${text}" is not a boolean.`);
      return /^(?:y|on|t)/i.test(text);
    },
  };
}

/**
 * Go's `ParseInt(text, 0, 64)` after underscores went, wherever they stand behind the first sign: a leading zero is octal,
 * base sixty does not exist.
 */
const intTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^(?:[-+]_*)?(?:0_*[xX][0-9a-fA-F_]*[0-9a-fA-F]_*|0_*[bB][01_]*[01]_*|0_*[oO]?[0-7_]*[0-7]_*|0_*|[1-9][0-9_]*)$/,
  resolve: (text, onError) => {
    const value = readGoInt(text.replaceAll('_', ''));
    if (value === undefined) onError(`"${text}" is not an integer.`);
    return value ?? text;
  },
};

/** Behind a digit or sign all underscores go first; behind a dot Go takes them between digits only. */
const floatTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?|(?:[-+]_*\._*[0-9][0-9_]*|(?:[-+]_*)?[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE]_*[-+]?_*[0-9][0-9_]*)?)$/,
  resolve: (text) => {
    const value = Number(text.replaceAll('_', ''));
    // Out of a float's range Go keeps the text: `12e4567` stays a string.
    return Number.isFinite(value) ? value : text;
  },
};

/** Infinities and NaN parse, but JSON cannot carry them: `readYaml` reports them. */
const notANumberTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF))$/,
  resolve: (text) => (/n$/i.test(text) ? NaN : text.startsWith('-') ? -Infinity : Infinity),
};

/** go-yaml v3 reads a date as a time, which JSON then writes in RFC 3339; v2 gives the text back. */
const timestampTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\d{1,2}:\d{1,2}:\d{1,2})/,
  resolve: (text) => readGoTime(text) ?? text,
};

const timestampTextTag: ScalarTag = { tag: 'tag:yaml.org,2002:timestamp', resolve: (text) => text };

const binaryTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text, onError) => {
    try {
      return atob(text.replace(/\s/g, ''));
    } catch {
      onError('!!binary holds invalid base64 data.');
      return text;
    }
  },
};

const plainTags: Tags = [nullTag, wideBoolTag, intTag, floatTag, notANumberTag, timestampTextTag, binaryTag];
const kustomizeTags: Tags = [nullTag, narrowBoolTag, timestampTag, intTag, floatTag, notANumberTag, binaryTag];

/** 64-bit range as Go has it; past it decimal digits read as a float and other bases stay text. */
function readGoInt(text: string): number | string | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const octal = /^0[0-7]+$/.test(digits);
  const isInteger = octal || /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)$/.test(digits);
  if (!isInteger) return undefined;
  const size = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (size >= 1n << (sign === '-' ? 63n : 64n) && !(sign === '-' && size === 1n << 63n)) {
    return /^[0-9]+$/.test(digits) ? Number(text) : text;
  }
  return Number(sign === '-' ? -size : size);
}

/** The formats go-yaml tries, written back as Go's RFC 3339 with nanoseconds; `undefined` for an impossible date. */
function readGoTime(text: string): string | undefined {
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?(Z|[-+]\d\d:\d\d)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', separator, hour = '0', minute = '0', second = '0', fraction, zone] = match;
  // With a `T` the zone is required, with a blank it is not understood.
  if (separator !== undefined && (separator === ' ') === (zone !== undefined)) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isDate = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const digits = fraction?.slice(0, 9).replace(/0+$/, '') ?? '';
  const clock = [hour, minute, second].map((part) => part.padStart(2, '0')).join(':');
  const offset = zone === undefined || zone === '+00:00' || zone === '-00:00' ? 'Z' : zone;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock}${digits && `.${digits}`}${offset}`;
}
