// Requests that people pay for, where owners decide otherwise while budgets are asked.

import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { ann, bob, inConversation, settled, type TestConversation } from "../../support/conversation.ts";
import { TestSummarizer } from "../../support/summarizer.ts";

const owner = { ...ann, role: "owner" } as const;
const summarizer = new TestSummarizer();
const picture: MessageFile = { id: "p", name: "p.png", type: "image/png", size: 3, sha256: "0", width: 9, height: 9 };

/** Bob asks for something in a conversation of which he has read nothing, and the budgets answer once `let` is called. */
async function askLate<T>(conversation: TestConversation, ask: () => Promise<T>): Promise<{ asked: Promise<T>; answer: () => void }> {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	conversation.store.setAssistant("mention");
	conversation.membership.join(bob, true);
	const anns = conversation.enter(ann);
	for (let n = 0; n < 25; n++) {
		conversation.now += 60_000;
		conversation.say(anns, `Words ${n}`);
	}
	const { promise, resolve } = Promise.withResolvers<void>();
	conversation.purses.gate = promise;
	const asked = ask();
	await settled();
	return { asked, answer: resolve };
}

const ways: Record<string, (conversation: TestConversation) => Promise<unknown>> = {
	"a summary of what was missed": ({ rules }) => rules.catchUps.make(bob, bob),
	"a description of a picture": ({ rules }) => rules.descriptions.propose(bob, bob, picture, "en"),
};

const changes: Record<string, (conversation: TestConversation) => unknown> = {
	"only owners may ask": ({ membership }) => membership.update(owner, { asks: "owners" }),
	"its person may only read": ({ membership }) => membership.change(owner, "bob", { role: "reader" }),
	"Claude is turned off": ({ membership }) => membership.update(owner, { assistant: "off" }),
};

describe.each(Object.keys(ways))("%s", (way) => {
	it.each(Object.keys(changes))("is not asked for, and costs nothing, if %s by the time budgets have answered", (change) =>
		inConversation(
			async (conversation) => {
				const requests = summarizer.asked.length;
				const { asked, answer } = await askLate(conversation, () => ways[way]?.(conversation) as Promise<unknown>);
				changes[change]?.(conversation);
				answer();
				expect(await asked).toEqual({ code: "forbidden" });
				expect([summarizer.asked.length - requests, conversation.described]).toEqual([0, []]);
				expect([conversation.purses.reserved.size, conversation.store.payments.open()]).toEqual([0, []]);
				expect(conversation.purses.settled.every(([, microUsd]) => microUsd === 0)).toBe(true);
			},
			60_000,
			{ summarizer },
		),
	);
});
