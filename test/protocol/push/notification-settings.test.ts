import { describe, expect, it } from "vitest";
import { endOfQuiet, readNotificationSettings } from "../../../src/protocol/push/notification-settings.ts";

const quiet = (quietFrom: string, quietUntil: string, timeZone: string) => readNotificationSettings({ quietFrom, quietUntil, timeZone });
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const ends = (settings: ReturnType<typeof quiet>, time: string) => {
	const end = endOfQuiet(settings, at(time));
	return end === undefined ? undefined : new Date(end).toISOString();
};

describe("quiet hours", () => {
	it.each([
		["during a night", quiet("22:00", "07:00", "UTC"), "23:30:20", "2026-11-25T07:00:00.000Z"],
		["after midnight", quiet("22:00", "07:00", "UTC"), "06:59:59", "2026-11-24T07:00:00.000Z"],
		["at their beginning", quiet("22:00", "07:00", "UTC"), "22:00:00", "2026-11-25T07:00:00.000Z"],
		["at their end", quiet("22:00", "07:00", "UTC"), "07:00:00", undefined],
		["by day", quiet("22:00", "07:00", "UTC"), "12:00:00", undefined],
		["within a day", quiet("12:00", "13:30", "UTC"), "12:45:00", "2026-11-24T13:30:00.000Z"],
		["in the person's own time zone", quiet("22:00", "07:00", "Asia/Kathmandu"), "17:00:00", "2026-11-25T01:15:00.000Z"],
		["before they begin there", quiet("22:00", "07:00", "Asia/Kathmandu"), "16:14:00", undefined],
		["that begin and end at once", quiet("22:00", "22:00", "UTC"), "22:00:00", undefined],
	])("%s", (_when, settings, time, end) => expect(ends(settings, time)).toBe(end));

	it.each([
		["no time zone", { quietFrom: "22:00", quietUntil: "07:00" }],
		["an unknown time zone", { quietFrom: "22:00", quietUntil: "07:00", timeZone: "Mars/Olympus" }],
		["times that are none", { quietFrom: "25:00", quietUntil: "7", timeZone: "UTC" }],
		["other types", { quietFrom: 22, quietUntil: true, timeZone: 1 }],
	])("are none with %s", (_what, settings) => expect(endOfQuiet(readNotificationSettings(settings), at("23:00:00"))).toBeUndefined());
});

it("a level that nobody knows is the usual one", () => {
	expect(readNotificationSettings({ notifications: "loud" }).notifications).toBe("mentions");
	expect(readNotificationSettings({}).notifications).toBe("mentions");
});
