// The texts about members who come and go, in English and German. They are loaded with the parts that the first view does not need.

import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;

export const en = {
	joined: (names: string, _count: number) => `${names} joined.`,
	left: (names: string, count: number) => `${names} ${count === 1 ? "is" : "are"} no longer a member${count === 1 ? "" : "s"}.`,
	renamed: (title: string) => `The title is now “${title}”.`,
};

const de: Words = {
	joined: (names, count) => `${names} ${count === 1 ? "ist" : "sind"} jetzt dabei.`,
	left: (names, count) => `${names} ${count === 1 ? "ist" : "sind"} nicht mehr dabei.`,
	renamed: (title) => `Der Titel ist jetzt „${title}“.`,
};

export const { useWords } = laterWords("changes", { en, de });
