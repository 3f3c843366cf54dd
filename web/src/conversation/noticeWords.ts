// The texts about who comes and goes and about new titles, in English and German. They are loaded with the parts that the first view does not
// need. Without `by`, the reader did it.

import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;

export const en = {
	joined: (names: string, _count: number) => `${names} joined`,
	left: (names: string, _count: number) => `${names} left`,
	removed: (names: string, by: string | undefined) => `${by ?? "You"} removed ${names}`,
	renamed: (title: string, by: string | undefined) => `${by ?? "You"} renamed the conversation to “${title}”`,
};

const de: Words = {
	joined: (names, count) => `${names} ${count === 1 ? "ist" : "sind"} jetzt dabei`,
	left: (names, count) => `${names} ${count === 1 ? "ist" : "sind"} nicht mehr dabei`,
	removed: (names, by) => `${by === undefined ? "Du hast" : `${by} hat`} ${names} entfernt`,
	renamed: (title, by) => `${by === undefined ? "Du hast" : `${by} hat`} den Titel in „${title}“ geändert`,
};

export const { currentWords, useWords } = laterWords("notices", { en, de });
