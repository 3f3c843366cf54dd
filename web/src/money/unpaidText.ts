// Says why Claude does not answer a message: a budget is used up, and when it goes on.

import { isGuestId } from "../../../src/protocol/person.ts";
import type { Unpaid } from "../live/transcript.ts";
import { currentWords, type Words } from "./words.ts";

/** `userId`: who asked. */
export function unpaidText({ scope = "deployment", resetsAt }: Unpaid, userId: string, words: Words = currentWords()): string {
	const said = words.usedUp[scope === "person" && isGuestId(userId) ? "guest" : scope];
	const next = resetsAt === undefined ? scope === "conversation" && words.askOwner : words.askAgain(words.dayAndTime(Date.parse(resetsAt)));
	return next ? `${said} ${next}` : said;
}
