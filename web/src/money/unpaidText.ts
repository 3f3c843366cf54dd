// Says why Claude does not answer a message: a budget is used up, and when it goes on.

import type { Unpaid } from "../live/transcript.ts";
import { currentWords, type Words } from "./words.ts";

export function unpaidText({ scope = "deployment", resetsAt }: Unpaid, words: Words = currentWords()): string {
	const next = resetsAt === undefined ? scope === "conversation" && words.askOwner : words.askAgain(words.dayAndTime(Date.parse(resetsAt)));
	return next ? `${words.usedUp[scope]} ${next}` : words.usedUp[scope];
}
