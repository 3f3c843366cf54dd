// Formats numbers, times and lists of names in a language. Times are in ms.

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Below this, dollars are shown as less than it. */
const leastUsd = 0.0001;

export type Formats = ReturnType<typeof formatsOf>;

/**
 * A language as it is written in the device's region, such as `en-GB`: it decides about the order of a date and about 12 or 24 hours.
 * `wanted`: the device's languages in order of preference.
 */
export function regional(language: string, wanted: readonly string[]): string {
	const found = wanted.map((tag) => /^([a-z]{2,3})(?:-[a-z]{4})?-([a-z]{2}|\d{3})(?![a-z\d])/i.exec(tag));
	const region = (found.find((one) => one?.[1]?.toLowerCase() === language) ?? found.find((one) => one))?.[2];
	return region ? `${language}-${region}` : language;
}

/** Outside of browsers there is no device to ask. */
export function deviceLanguages(): readonly string[] {
	return typeof document === "undefined" ? [] : navigator.languages;
}

/** `extension`: of the language tag, such as `-u-nu-latn`, where the region's digits or calendar are not meant. */
export function formatsOf(language: string, wanted = deviceLanguages(), extension = "") {
	const locale = language + extension;
	const numbers = new Intl.NumberFormat(locale);
	const here = regional(language, wanted) + extension;
	const time = new Intl.DateTimeFormat(here, { timeStyle: "short" });
	const day = new Intl.DateTimeFormat(here, { weekday: "long", day: "numeric", month: "long" });
	const dayOfYear = new Intl.DateTimeFormat(here, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
	const date = new Intl.DateTimeFormat(here, { day: "numeric", month: "short" });
	const month = new Intl.DateTimeFormat(here, { month: "long" });
	const monthOfYear = new Intl.DateTimeFormat(here, { month: "long", year: "numeric" });
	const weekday = new Intl.DateTimeFormat(here, { weekday: "short" });
	const dayAndTime = new Intl.DateTimeFormat(here, { dateStyle: "long", timeStyle: "short" });
	const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
	const dollars = (maximumFractionDigits: number) =>
		new Intl.NumberFormat(locale, {
			style: "currency",
			currency: "USD",
			currencyDisplay: "narrowSymbol",
			minimumFractionDigits: 2,
			maximumFractionDigits,
		});
	const plurals = new Intl.PluralRules(locale);
	const conjunction = new Intl.ListFormat(locale, { type: "conjunction" });
	return {
		number: (value: number) => numbers.format(value),
		/** The plural form for a number. */
		form: (count: number, forms: Forms) => forms[plurals.select(count)] ?? forms.other,
		time: (at: number) => time.format(at),
		/** With the year if it is not the current one. */
		day: (at: number, now: number) => (new Date(at).getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(at),
		date: (at: number) => date.format(at),
		/** With the year if it is not the current one. */
		month: (at: number, now: number) => (new Date(at).getFullYear() === new Date(now).getFullYear() ? month : monthOfYear).format(at),
		dayAndTime: (at: number) => dayAndTime.format(at),
		/** For lists: the time today, the weekday within a week, otherwise the date. */
		when: (at: number, now: number) => {
			const midnight = new Date(now).setHours(0, 0, 0, 0);
			if (at >= midnight) return time.format(at);
			return at >= midnight - 6 * 24 * 3600_000 ? weekday.format(at) : date.format(at);
		},
		/** In hours below a day, otherwise in days. */
		duration: (seconds: number) => {
			const hours = seconds / 3600;
			const [value, unit] = hours < 24 ? [hours, "hour"] : [hours / 24, "day"];
			return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
		},
		/** Cents, and as many digits more as a small amount needs to be told from others. */
		usd: (usd: number) => {
			if (usd > 0 && usd < leastUsd) return `< ${dollars(4).format(leastUsd)}`;
			return dollars(usd >= 0.1 ? 2 : usd >= 0.01 ? 3 : 4).format(usd);
		},
		/** A share of 1; nearly all is not shown as all. */
		percent: (share: number) => percent.format(share < 1 ? Math.min(share, 0.99) : 1),
		/** In seconds, with one decimal below ten. */
		seconds: (ms: number) => {
			const digits = ms < 10_000 ? 1 : 0;
			return new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: digits }).format(
				ms / 1000,
			);
		},
		all: (names: readonly string[]) => conjunction.format(names),
	};
}
