// Formats of parts that are loaded later, in a language. `extension`: see formats.ts.

import * as fileLimits from "../../../src/protocol/files/limits.ts";
import { deviceLanguages, formatsOf, regional } from "./formats.ts";

export function moneyFormats(locale: string, extension = "") {
	const { number, usd, percent, seconds, form } = formatsOf(locale, deviceLanguages(), extension);
	// Budgets and reports count days of UTC.
	const here = regional(locale, deviceLanguages()) + extension;
	const date = new Intl.DateTimeFormat(here, { day: "numeric", month: "short", timeZone: "UTC" });
	const month = new Intl.DateTimeFormat(here, { month: "long", year: "numeric", timeZone: "UTC" });
	const dayAndTime = new Intl.DateTimeFormat(here, {
		weekday: "long",
		day: "numeric",
		month: "long",
		hour: "numeric",
		minute: "2-digit",
	});
	return {
		number,
		usd,
		percent,
		seconds,
		form,
		date: (at: number) => date.format(at),
		month: (at: number) => month.format(at),
		/** In the reader's own time. */
		dayAndTime: (at: number) => dayAndTime.format(at),
	};
}

export function fileFormats(locale: string, extension = "") {
	const { number, percent, dayAndTime } = formatsOf(locale, deviceLanguages(), extension);
	const units = (unit: "byte" | "kilobyte" | "megabyte", digits: number) =>
		new Intl.NumberFormat(locale + extension, {
			style: "unit",
			unit,
			unitDisplay: unit === "byte" ? "long" : "short",
			maximumFractionDigits: digits,
		});
	const [bytes, kilobytes, megabytes] = [units("byte", 0), units("kilobyte", 0), units("megabyte", 1)];
	return {
		number,
		percent,
		dayAndTime,
		/** The units of the settings: 1,024 bytes are a kilobyte. */
		size: (size: number) => {
			if (size < 1024) return bytes.format(size);
			return size < fileLimits.megabyte ? kilobytes.format(size / 1024) : megabytes.format(size / fileLimits.megabyte);
		},
	};
}
