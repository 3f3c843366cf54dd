// Why Claude was not asked, in responses to those who asked.

import * as v from "valibot";
import { idSchema } from "../person.ts";
import { inName } from "../text/assistant-name.ts";

export const scopeSchema = v.picklist(["conversation", "person", "deployment"]);
export type BudgetScope = v.InferOutput<typeof scopeSchema>;

/** A message was stored, and Claude is not asked. The same fields as in `chat:error`. */
export const noticeSchema = v.object({
	/** `budget_exceeded`, `rate_limited`, `forbidden`, `storage_full` or `unavailable`. */
	code: v.picklist(["budget_exceeded", "rate_limited", "forbidden", "storage_full", "unavailable"]),
	/** For people. */
	error: v.string(),
	messageId: idSchema,
	/** The purse that is empty, and when it is filled again. ISO 8601, UTC. */
	scope: v.optional(scopeSchema),
	resetsAt: v.optional(v.string()),
	retryAfterMs: v.optional(v.number()),
});
export type Notice = v.InferOutput<typeof noticeSchema>;

const whose: { readonly [S in BudgetScope]: string } = {
	conversation: "This conversation has used up its budget for Claude.",
	person: "You have used up your budget for Claude.",
	deployment: "This service has used up its budget for Claude.",
};

const linkIsEmpty = "The link that you came by has used up its budget for Claude.";

/** For those who came by a link whose budget is used up. */
export function linkBudgetText(kept: string = messageKept): string {
	return inName(`${linkIsEmpty} ${kept} An owner can lift the limit.`);
}

/** What happened to a question that nobody can pay for. */
export const messageKept = "Your message was sent, but Claude does not answer it.";

/** For guests whose network has used up what its guests may spend together. */
export function networkBudgetText(resetsAt: string | undefined, kept: string = messageKept): string {
	return inName(`The guests of your network have used up their budget for Claude. ${kept} ${again("person", resetsAt)}`);
}

/** For people. `resetsAt`: ISO 8601, UTC. `kept`: what happened to the question. */
export function budgetText(scope: BudgetScope, resetsAt: string | undefined, kept: string = messageKept): string {
	return inName(`${whose[scope]} ${kept} ${again(scope, resetsAt)}`);
}

function again(scope: BudgetScope, resetsAt: string | undefined): string {
	if (resetsAt === undefined) return `${scope === "conversation" ? "An owner" : "An administrator"} can raise it.`;
	return `It is filled again on ${resetsAt.slice(0, 10)} at ${resetsAt.slice(11, 16)} UTC.`;
}
