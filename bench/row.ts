/** One line of the table: a number to hold, and what it is here. */
export interface Row {
  readonly what: string;
  /** As docs/architecture.md states it; `-` for what is only watched. */
  readonly bound: string;
  /** Measured, with its unit; `undefined` when this machine or this version cannot measure it. */
  readonly value: string | undefined;
  /** Whether the value holds the bound; `undefined` without a value. */
  readonly isHeld: boolean | undefined;
  /** Why it is not measured, or under what circumstances it was. */
  readonly remark?: string | undefined;
}

/** A measured quantity against an upper bound, both in the same unit. */
export function measured(what: string, value: number, bound: number, unit: string, remark?: string): Row {
  const show = (number: number): string => `${number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0)} ${unit}`;
  return { what, bound: `<= ${bound} ${unit}`, value: show(value), isHeld: value <= bound, remark };
}

/** A number that nobody set a bound for; printed, so that a change of it is seen. */
export function observed(what: string, value: string, remark?: string): Row {
  return { what, bound: '-', value, isHeld: undefined, remark };
}

/** A number that cannot be measured now, and why. */
export function notMeasured(what: string, bound: string, remark: string): Row {
  return { what, bound, value: undefined, isHeld: undefined, remark };
}

function verdict(isHeld: boolean | undefined): string {
  if (isHeld === undefined) return '-';
  return isHeld ? 'held' : 'NOT HELD';
}

/** Rows as an aligned table. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.bound,
    row.value ?? 'not measured',
    verdict(row.isHeld),
    row.remark ?? '',
  ]);
  const table = [['what', 'bound', 'measured', '', ''], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
