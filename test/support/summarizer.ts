// A summarizer whose answers the test gives.

import { ModelFailure, type ProposedSummary, type Summarizer, type SummaryRequest } from "../../src/conversation/ports.ts";
import type { Reason } from "../../src/protocol/errors.ts";
import { settled, type TestClient, type TestConversation } from "./conversation.ts";

export const summaryUsage = { input: 900, output: 60, cacheRead: 0, cacheWrite: 0 };

export class TestSummarizer implements Summarizer {
	readonly asked: SummaryRequest[] = [];
	readonly signals: AbortSignal[] = [];
	readonly #answers: PromiseWithResolvers<ProposedSummary>[] = [];
	sizes = { after: 2_000 as number | undefined, prompt: 10_000, answer: 3_900 };

	sizesFor() {
		return this.sizes;
	}
	summarize(request: SummaryRequest, signal: AbortSignal): Promise<ProposedSummary> {
		const answer = Promise.withResolvers<ProposedSummary>();
		this.asked.push(request);
		this.signals.push(signal);
		this.#answers.push(answer);
		return answer.promise;
	}
	/** The latest request. */
	get request(): SummaryRequest {
		const request = this.asked.at(-1);
		if (!request) throw new Error("No summary was asked for.");
		return request;
	}
	async write(text: string | undefined, usage = summaryUsage): Promise<void> {
		this.#answers.at(-1)?.resolve({ text, model: "m-1", usage });
		await settled();
	}
	async fail(reason?: Reason): Promise<void> {
		this.#answers.at(-1)?.reject(reason ? new ModelFailure(reason) : new Error("no"));
		await settled();
	}
}

const sentence = "We could take the northern path if the weather holds, and be back before dark. ";
/** About 270 tokens. */
export const long = (n: number) => `${n}: ${sentence.repeat(10)}`;

/** Asks a question and plays the answer. */
export async function reply(conversation: TestConversation, client: TestClient, question: string, answer: string): Promise<void> {
	conversation.now += 60_000;
	conversation.say(client, question);
	await settled();
	await conversation.call.text(answer);
	await conversation.call.end();
	await settled();
}

/** Asks and answers until a summary is asked for. */
export async function untilSummed(conversation: TestConversation, client: TestClient, { asked }: TestSummarizer): Promise<void> {
	const before = asked.length;
	for (let n = 1; asked.length === before; n++) {
		if (n > 40) throw new Error("No summary was asked for.");
		await reply(conversation, client, `@claude ${long(n)}`, long(n));
	}
}
