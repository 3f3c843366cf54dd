// Says why Claude does not answer a message: a budget is used up, and when it goes on.

import type { Unpaid } from "../live/transcript.ts";
import { currentWords, type Words } from "./words.ts";

/** `isGuest`: whoever asked is one. */
export function unpaidText({ scope = "deployment", resetsAt }: Unpaid, isGuest: boolean, words: Words = currentWords()): string {
	const said = words.usedUp[scope === "person" && isGuest ? "guest" : scope];
	const next = resetsAt === undefined ? scope === "conversation" && words.askOwner : words.askAgain(words.dayAndTime(Date.parse(resetsAt)));
	return next ? `${said} ${next}` : said;
}
