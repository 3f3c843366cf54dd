// Reads the settings of files: how large they may be, and how much of them people and conversations may store.

import * as fileLimits from "./protocol/files/limits.ts";
import { type Environment, readNumber } from "./setting-values.ts";

/** In bytes. */
export type FileSettings = {
	maxBytes: number;
	conversationBytes: number;
	/** In a day. */
	personBytes: number;
	guestBytes: number;
};

export function readFileSettings(env: Environment, problems: string[]): FileSettings {
	const megabytes = (name: Parameters<typeof readNumber>[1], fallback: number) =>
		Math.floor(readNumber(env, name, fallback, problems) * fileLimits.megabyte);
	const settings = {
		maxBytes: megabytes("FILE_MAX_MB", 25),
		conversationBytes: megabytes("FILES_MB_PER_CONVERSATION", 1_000),
		personBytes: megabytes("FILES_MB_PER_PERSON_PER_DAY", 500),
		guestBytes: megabytes("FILES_MB_PER_GUEST_PER_DAY", 100),
	};
	if (settings.maxBytes > 100 * fileLimits.megabyte)
		problems.push("FILE_MAX_MB must be 100 or less: the platform takes no longer requests.");
	return settings;
}
