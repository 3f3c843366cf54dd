// Reads the settings of files: how large they may be, and how much of them people and conversations may store.

import * as fileLimits from "./protocol/files/limits.ts";
import { type Environment, httpUrl, readNumber, readText } from "./setting-values.ts";

/** In bytes. */
export type FileSettings = {
	maxBytes: number;
	conversationBytes: number;
	/** In a day. */
	personBytes: number;
	guestBytes: number;
};

/** A service that writes down what is said in voice messages, and how much it does a day, in seconds. */
export type TranscriptionSettings = {
	url: string;
	key?: string | undefined;
	model: string;
	perDay: { person: number; guest: number; deployment: number };
};

const path = "/audio/transcriptions";

/** `undefined` without an address: then nothing is written down. */
export function readTranscription(env: Environment, problems: string[]): TranscriptionSettings | undefined {
	const text = readText(env, "TRANSCRIBE_URL");
	if (text === undefined) return undefined;
	if (!httpUrl(text)) problems.push("TRANSCRIBE_URL must be an http or https address, such as https://api.openai.com/v1.");
	const base = text.replace(/\/*$/, "");
	const seconds = (name: Parameters<typeof readNumber>[1], fallback: number) => 60 * readNumber(env, name, fallback, problems);
	return {
		url: base.endsWith(path) ? base : base + path,
		key: readText(env, "TRANSCRIBE_KEY"),
		model: readText(env, "TRANSCRIBE_MODEL") ?? "whisper-1",
		perDay: {
			person: seconds("TRANSCRIBE_MINUTES_PER_PERSON_PER_DAY", 60),
			guest: seconds("TRANSCRIBE_MINUTES_PER_GUEST_PER_DAY", 10),
			deployment: seconds("TRANSCRIBE_MINUTES_PER_DAY", 600),
		},
	};
}

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
