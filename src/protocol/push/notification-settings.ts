// The settings of a person that say when they are notified. They are stored with the other settings, which clients name
// and write as they like, so what does not fit counts as not set. Pure.

import * as v from "valibot";
import type { PersonalSettings } from "../me.ts";
import { notificationLevels } from "./arrival.ts";

const timeOfDay = v.fallback(v.pipe(v.string(), v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)), "");

/** Each setting by its name. Quiet hours need both times, as `22:00`, and the name of a time zone, such as `Europe/Berlin`. */
export const notificationSettings = {
	notifications: v.fallback(v.picklist(notificationLevels), "mentions"),
	quietFrom: timeOfDay,
	quietUntil: timeOfDay,
	timeZone: v.fallback(v.pipe(v.string(), v.check(isTimeZone)), ""),
};

const schema = v.object(notificationSettings);
export type NotificationSettings = v.InferOutput<typeof schema>;

export function readNotificationSettings(settings: PersonalSettings): NotificationSettings {
	return v.parse(schema, settings);
}

function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return name !== "";
	} catch {
		return false;
	}
}

const minute = 60_000;
const day = 24 * 60;

/** When the quiet hours end in which a time falls, in ms; `undefined` if it falls in none. May be an hour off when clocks change. */
export function endOfQuiet({ quietFrom, quietUntil, timeZone }: NotificationSettings, now: number): number | undefined {
	if (quietFrom === "" || quietUntil === "" || timeZone === "" || quietFrom === quietUntil) return undefined;
	const sinceStart = minutesBetween(minutesIn(quietFrom), minutesAt(now, timeZone));
	if (sinceStart >= minutesBetween(minutesIn(quietFrom), minutesIn(quietUntil))) return undefined;
	return (Math.floor(now / minute) + minutesBetween(minutesAt(now, timeZone), minutesIn(quietUntil))) * minute;
}

/** From one time of day to the next time that it is another. */
function minutesBetween(from: number, to: number): number {
	return (to - from + day) % day;
}

function minutesIn(time: string): number {
	return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function minutesAt(at: number, timeZone: string): number {
	const time = new Intl.DateTimeFormat("en", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
	return minutesIn(time);
}
