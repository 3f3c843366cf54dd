// The texts that every language provides: the same names as English, plus the server's refusals in
// that language.

import type { ErrorCode } from "../../../src/protocol/errors.ts";
import type { en } from "./en.ts";

/** A refusal that is missing from `refusals` is shown as the server sent it. */
export type Catalogue = Widened<Omit<typeof en, "refusals">> & {
	refusals: Partial<Record<ErrorCode, string>>;
	/** The texts of parts that are loaded later. English and German have them in these parts. */
	later?: Readonly<Record<LaterPart, unknown>>;
};

/** The parts whose texts are loaded later, except in a language that is one file. later.ts has their types. */
export type LaterPart =
	| "diagrams"
	| "dialogs"
	| "files"
	| "forks"
	| "keeping"
	| "links"
	| "markdown"
	| "memory"
	| "money"
	| "notices"
	| "push"
	| "research"
	| "settings"
	| "webhooks";

/** Any language but English has all of them, because the server's sentences are English. */
export type Translation = Catalogue & { refusals: Record<ErrorCode, string> };

/** The same names, with any text in place of the English one. */
type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => infer R
		? (...args: A) => Widened<R>
		: { [K in keyof T]: Widened<T[K]> };

/**
 * The server's sentence in the reader's language; as it was sent where the code is newer than this
 * page.
 */
export function refusalText({ refusals }: Catalogue, { code, text }: { code: string; text: string }): string {
	const translated = refusals[code as ErrorCode];
	// Only the server knows which setting needs attention.
	if (code === "misconfigured" && translated !== undefined) return `${translated} ${text}`;
	return translated ?? text;
}
