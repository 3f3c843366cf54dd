// Forks a conversation: copies it up to a message into a new one, piece by piece. Until the last piece has come, nothing of the fork
// exists for anybody.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { writerOf } from "../auth/tokens.ts";
import type { Fork, ForkTitle } from "../conversation/archive/fork.ts";
import { patiently } from "../gateway/patiently.ts";
import { passBytesQuota, passQuota } from "../money/quota.ts";
import { type ConversationInfo, conversationSchema, titleSchema } from "../protocol/conversation.ts";
import { quotaUsedUp } from "../protocol/errors.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import { limits } from "../protocol/limits.ts";
import { randomId } from "../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { numberText } from "../protocol/text/number-text.ts";
import { hasScope } from "../protocol/token.ts";
import { type App, bodyUpTo, call, endOfSignIn, readBody, refuse, refuseByQuota, refuseQuota, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const forks = new Hono<App>();

const forkSchema = v.object({ upTo: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), title: v.optional(titleSchema, "") });

describe("POST /conversations/:id/fork", {
	tag: "Conversations",
	summary: "Fork a conversation",
	description: `Creates a conversation of the caller with everything up to a message, its former versions, reactions and pins included. Files are copied, and count as uploads of the caller. What was deleted stays deleted. Members, invites and read marks are not copied; the caller is the only member and owner. Without a title, the fork has the title of the original. If somebody is erased, their messages are erased from forks too. A fork can have up to ${numberText(limits.fork.messages)} messages. One person may copy ${numberText(limits.written.perPerson)} messages and former versions a day, a guest ${numberText(limits.written.perGuest)}; long ones count as several.`,
	access: "member",
	programs: "write",
	needsAllConversations: true,
	body: { schema: forkSchema, example: { upTo: 42 } },
	answers: {
		201: {
			schema: v.object({ conversation: conversationSchema }),
			example: { conversation: { ...examples.conversation, forkedFrom: { conversationId: "Yx3kQ0v8mT1bWc5nRz7LpA", seq: 42 } } },
		},
	},
	refuses: {
		too_large: `The fork would have more than ${numberText(limits.fork.messages)} messages, or more than the caller may copy in a day.`,
		rate_limited: quotaUsedUp,
		held: "A legal hold keeps what somebody has written who was erased. The conversation cannot be forked until it ends.",
		storage_full: "The files that would be copied have more bytes than a conversation may have.",
		not_found: "There is no such conversation, the caller may not enter it, or it has no message `upTo`.",
	},
	fields: { upTo: "The `seq` of the last message that is copied." },
});
forks.post("/conversations/:id/fork", bodyUpTo(limits.bodyBytes), async (c) => {
	if (!hasScope(c.get("identity").program?.scopes, "read")) return refuse(c, "forbidden", "A fork needs the scopes `read` and `write`.");
	const body = await readBody(c, forkSchema);
	if (!body) return refuse(c, "bad_request", `\`upTo\` is a message's seq; a title has up to ${limits.title} characters.`);
	const { upTo } = body;
	if (upTo > limits.fork.messages) return refuse(c, "too_large", `A fork may have up to ${numberText(limits.fork.messages)} messages.`);
	const begun = await patiently(() => call(c, (calls) => calls.beginFork(upTo)));
	if (isRefusal(begun)) return refuse(c, begun);
	const refused = await refuseByQuota(c, limits.written.conversation + begun.rows);
	if (refused) return refused;
	const copied = await new Copy(c, upTo, body.title).make();
	if (isRefusal(copied) && copied.code === "rate_limited" && copied.text === undefined) return refuseQuota(c, copied);
	return respond(c, copied, (conversation) => ({ conversation }), 201);
});

/** Rows that long records count as, beyond the one that each has been counted as. */
function rowsOfLength(text: string): number {
	const longer = (sum: number, line: string) => sum + Math.floor(line.length / limits.written.lengthPerRow);
	return text.split("\n").reduce(longer, 0);
}

/**
 * Everybody whose words or id are copied is registered before they are read: whatever erases them then is in what was read, or finds
 * the fork. What names somebody who is not registered is therefore read again. The fork begins first: from then on it lets erasures
 * try again until it is whole.
 */
class Copy {
	readonly #c: Context<App>;
	readonly #id = randomId();
	readonly #target;
	readonly #fork: Fork;
	readonly #registered = new Set<string>();

	constructor(c: Context<App>, upTo: number, title: string) {
		const { userId, username } = c.get("identity");
		this.#c = c;
		this.#target = c.env.CONVERSATIONS.getByName(this.#id);
		this.#fork = {
			owner: { userId, username },
			title: { title, ...(title !== "" && { by: userId }) },
			forkedFrom: { conversationId: c.req.param("id") as string, seq: upTo },
		};
	}

	async make(): Promise<ConversationInfo | Refusal> {
		const { seq } = this.#fork.forkedFrom;
		const head = await this.#read((calls) => calls.forkHead(seq));
		if (isRefusal(head)) return head;
		let progress = await this.#target.importLines(head.text, 0, { fork: this.#fork });
		await this.#register([this.#fork.owner.userId]);
		if (await this.#register(head.people)) return this.make();
		for (let place = head.next; place && !isRefusal(progress); ) {
			const after = place;
			const piece = await this.#read((calls) => calls.forkPiece(seq, after));
			if (isRefusal(piece)) return piece;
			if (await this.#register(piece.people)) continue;
			const lost = await this.#copyFiles(piece.files);
			if (lost) return lost;
			const full = await passQuota(this.#c.env.LEDGER, writerOf(this.#c.get("identity")), rowsOfLength(piece.text));
			if (full) return full;
			const title = piece.next || this.#fork.title.title !== "" ? this.#fork.title : await this.#title();
			if (isRefusal(title)) return title;
			progress = await this.#target.importLines(piece.text, progress.taken, { fork: { ...this.#fork, title } });
			place = piece.next;
		}
		return isRefusal(progress) ? progress : (progress.conversation ?? { code: "internal" });
	}

	/** Before the messages that name them: a fork keeps its files when the original is deleted. */
	async #copyFiles(files: readonly MessageFile[]): Promise<Refusal | undefined> {
		if (files.length === 0) return undefined;
		const { env } = this.#c;
		const bytes = files.reduce((sum, { size }) => sum + size, 0);
		const full = await passBytesQuota(env.LEDGER, writerOf(this.#c.get("identity")), bytes, this.#c.get("settings").files);
		if (full) return full;
		return env.CONVERSATION_FILES.getByName(this.#id).copyFrom(this.#fork.forkedFrom.conversationId, [...files]);
	}

	/** Read last: then everybody is registered whose words it may be made of. */
	async #title(): Promise<ForkTitle | Refusal> {
		const title = await this.#read((calls) => calls.forkTitle(this.#fork.forkedFrom.seq));
		return !isRefusal(title) && title.by !== undefined && (await this.#register([title.by])) ? this.#title() : title;
	}

	async #read<T>(make: Parameters<typeof call<T | Refusal>>[1]): Promise<T | Refusal> {
		const result = await patiently(() => call(this.#c, make), Number.POSITIVE_INFINITY);
		return isRefusal(result) ? result : ((await endOfSignIn(this.#c)) ?? result);
	}

	/** False if all of them were registered before. */
	async #register(people: readonly string[]): Promise<boolean> {
		const unknown = people.filter((userId) => !this.#registered.has(userId));
		const { people: most } = limits.fork;
		for (let at = 0; at < unknown.length; at += most) await this.#target.register(unknown.slice(at, at + most));
		for (const userId of unknown) this.#registered.add(userId);
		return unknown.length > 0;
	}
}
