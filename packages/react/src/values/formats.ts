// The browser's formatters, made once for each language: making one takes longer than using it a hundred times.

const numbers = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();
const instants = new Map<string, Intl.DateTimeFormat>();

export function numberFormat(
  locale: string,
  options: Intl.NumberFormatOptions = {},
): Intl.NumberFormat {
  const { style = '', maximumFractionDigits = '' } = options;
  return kept(
    numbers,
    `${locale} ${style} ${maximumFractionDigits}`,
    () => new Intl.NumberFormat(locale, options),
  );
}

export function relativeFormat(locale: string): Intl.RelativeTimeFormat {
  const options = { numeric: 'auto', style: 'short' } as const;
  return kept(relatives, locale, () => new Intl.RelativeTimeFormat(locale, options));
}

export function instantFormat(locale: string, timeZone: string | undefined): Intl.DateTimeFormat {
  return kept(
    instants,
    `${locale} ${timeZone ?? ''}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        timeZoneName: 'short',
        timeZone,
      }),
  );
}

function kept<T>(formats: Map<string, T>, key: string, make: () => T): T {
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = make();
  formats.set(key, made);
  return made;
}
