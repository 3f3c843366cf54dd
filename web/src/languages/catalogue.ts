// What a language has to say: what English says, by the same names, and the sentences that come from the server in English.

import type { ErrorCode } from "../../../src/protocol/errors.ts";
import type { en } from "./en.ts";

/** `refusals`: in the words of this language; what is not there is said as it came. */
export type Catalogue = Widened<Omit<typeof en, "refusals">> & { refusals: Partial<Record<ErrorCode, string>> };

/** Of any other language: whoever reads it does not read the server's. */
export type Translation = Catalogue & { refusals: Record<ErrorCode, string> };

/** Another text in place of each. */
type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => infer R
		? (...args: A) => Widened<R>
		: { [K in keyof T]: Widened<T[K]> };
