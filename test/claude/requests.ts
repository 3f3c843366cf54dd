// Builds conversations for Claude and reads its replies to the end.

import { type Model, type ModelEvent, ModelFailure } from "../../src/conversation/ports.ts";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";

/** A message: its author's name and its text. The name `Claude` makes it a reply of Claude's. */
export type Line = [name: string, content: string];

export function conversation(...said: Line[]): Message[] {
	return said.map(([name, content], index) => ({
		id: `m${index + 1}`,
		conversationId: "c",
		role: name === claude.username ? "assistant" : "user",
		content,
		createdAt: "2026-11-24T12:00:00.000Z",
		author: name === claude.username ? claude : { userId: name.toLowerCase(), username: name },
		status: "complete",
		seq: index + 1,
		revision: index + 1,
	}));
}

/** Returns all events of the reply to a question, and the reason if it failed. */
export async function ask(model: Model, question: string, signal = new AbortController().signal) {
	const events: ModelEvent[] = [];
	try {
		for await (const event of model.reply(conversation(["Ann", question]), signal)) events.push(event);
	} catch (error) {
		if (!(error instanceof ModelFailure)) throw error;
		return { events, text: textOf(events), failure: error.reason };
	}
	return { events, text: textOf(events) };
}

export function textOf(events: readonly ModelEvent[]): string {
	return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}
