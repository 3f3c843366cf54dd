// The surroundings of a private answer: it is stored beside the log, reads the conversation as it was when its person asked, and goes
// to that person's own sockets alone.

import type { Aside } from "../../../protocol/claude/aside.ts";
import type { ServerEvent } from "../../../protocol/events.ts";
import type { UnreadFile } from "../../../protocol/files/reading.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Message } from "../../../protocol/message.ts";
import { claude } from "../../../protocol/person.ts";
import { promptSizeOf } from "../../../protocol/prompt-size.ts";
import type { Asked, Clients, PromptMessage } from "../../ports.ts";
import type { OwnAside } from "../../store/claude/asides.ts";
import type { StoredTurn } from "../../store/claude/turns.ts";
import type { Busy, ReplyFacts, StoredFacts, Written } from "../../store/columns.ts";
import type { Outcome } from "../../store/log.ts";
import type { Store } from "../../store/store.ts";
import { messagesFor, type PromptSize, paidFiles, promptSizeFor, promptTokensIn, type ReplySettings, settingsFor } from "../input.ts";
import { isWordless } from "../money/link-rights.ts";
import { unreadFor } from "../seen.ts";
import type { Settle, Sink } from "../sink.ts";

/** In ms. Chunks that come sooner share a frame. They must not wait in the queue of the conversation, whose frames others receive. */
const chunkGap = 50;

type Parts = { store: Store; clients: Pick<Clients, "sendTo">; ended: (id: string) => void };

export class AsideSink implements Sink {
	readonly message: Message;
	readonly kind = "aside";
	/** A row holds the question, too. */
	readonly longest: number;
	readonly #with: Parts;
	readonly #userId: string;
	readonly #aside: Aside;
	/** Chunks of the answer and of Claude's thinking that are not sent yet. */
	readonly #chunks = new Map<"chat:aside-streaming" | "chat:aside-thought", { chunk: string; offset: number }>();
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `ended`: nothing more comes of it. */
	constructor(parts: Parts, { userId, aside }: OwnAside) {
		this.#with = parts;
		this.#userId = userId;
		this.#aside = aside;
		this.message = replyOf(aside);
		this.longest = limits.reply - aside.question.length;
	}

	context(): readonly PromptMessage[] {
		const { store } = this.#with;
		// A reply that is being written is read once it has ended.
		const said = messagesFor(store, this.#aside.after + 1, this.#from).filter(({ status }) => status !== "streaming");
		return [...said, ...this.#exchange()];
	}

	/** The question, after the earlier ones that it follows up. */
	#exchange(): PromptMessage[] {
		const answered: Aside[] = [];
		let { follows } = this.#aside;
		while (follows !== undefined && answered.length < limits.asides.chain) {
			const former = this.#with.store.asides.find(this.#userId, follows);
			if (former && former.content !== "" && former.status !== "failed") answered.unshift(former);
			follows = former?.follows;
		}
		return [...answered.flatMap((former) => [this.#questionOf(former), replyOf(former)]), this.#questionOf(this.#aside)];
	}

	#questionOf(aside: Aside): PromptMessage {
		const userId = this.#userId;
		const { username = userId } = this.#with.store.members.find(userId) ?? {};
		return { ...replyOf(aside), role: "user", author: { userId, username }, content: aside.question, isPrivate: true };
	}

	settings(): ReplySettings {
		return { ...settingsFor(this.#with.store, this.message.seq, this.#from), ...paidFiles(this.#with.store, this.message) };
	}

	/** The first message that its person may read. */
	get #from(): number {
		return this.#with.store.members.standing(this.#userId).from;
	}

	promptTokens(): number {
		return promptTokensIn(this.promptSize(), paidFiles(this.#with.store, this.message));
	}

	/** With all its files. */
	promptSize(): PromptSize {
		const own = this.#exchange().reduce((tokens, message) => tokens + promptSizeOf(message), 0);
		const { text, files } = promptSizeFor(this.#with.store, this.message.seq, this.#from);
		return { text: text + own, files };
	}

	busy(): Busy | undefined {
		return this.#with.store.asides.busy(this.#aside.id);
	}

	written(): Written | undefined {
		return this.#with.store.asides.written(this.#aside.id);
	}

	turn(): StoredTurn | undefined {
		return this.#with.store.asides.turn(this.#aside.id);
	}

	saveTurn(turn: StoredTurn): void {
		this.#with.store.asides.saveTurn(this.#aside.id, turn);
	}

	/** Its person was told when they asked. */
	begin(): void {}

	/** Private answers keep no record of what Claude saw. Unread files are named as for a reply in this place. */
	asked(asked: Asked): UnreadFile[] | undefined {
		return unreadFor(this.#with.store, this.message.seq, asked);
	}

	/** The events of a reply, as those of an aside. */
	send(event: ServerEvent): void {
		const { conversationId, id: asideId } = this.#aside;
		if (event.type === "chat:streaming") this.#grow("chat:aside-streaming", event);
		else if (event.type === "chat:thought") this.#grow("chat:aside-thought", event);
		else if (event.type === "chat:busy") this.#sendWhole();
		else if (event.type === "chat:tool" || event.type === "chat:source") {
			const { type: _, messageId: __, ...facts } = event;
			if ("tool" in facts) this.#sendNow({ type: "chat:aside-tool", ...facts, conversationId, asideId });
			else this.#sendNow({ type: "chat:aside-source", ...facts, conversationId, asideId });
		}
	}

	checkpoint(text: string, facts: StoredFacts, busy: Busy | undefined): void {
		this.#with.store.asides.checkpoint(this.#aside.id, text, facts, busy);
	}

	finish(text: string, outcome: Outcome, facts: ReplyFacts, _now?: number, settle?: Settle): Message {
		const { store, ended } = this.#with;
		const finished: Message = { ...this.message, ...facts, ...outcome, content: text };
		this.#flush();
		store.whole(() => {
			store.asides.finish(this.#aside.id, text, outcome, facts);
			store.payments.linkQuestions.end(this.#aside.id, !isWordless(outcome, text, facts));
			settle?.();
		});
		ended(this.#aside.id);
		this.#sendWhole();
		return finished;
	}

	#sendWhole(): void {
		const aside = this.#with.store.asides.find(this.#userId, this.#aside.id);
		if (aside) this.#sendNow({ type: "chat:aside", conversationId: aside.conversationId, aside });
	}

	/** After everything that was written before. */
	#sendNow(event: ServerEvent): void {
		this.#flush();
		this.#with.clients.sendTo(this.#userId, event);
	}

	#grow(type: "chat:aside-streaming" | "chat:aside-thought", { chunk, offset }: { chunk: string; offset: number }): void {
		const before = this.#chunks.get(type);
		this.#chunks.set(type, before ? { chunk: before.chunk + chunk, offset: before.offset } : { chunk, offset });
		if (this.#timer) return;
		this.#flush();
		this.#timer = setTimeout(() => this.#flush(), chunkGap);
	}

	#flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const { conversationId, id: asideId } = this.#aside;
		for (const [type, chunk] of this.#chunks) this.#with.clients.sendTo(this.#userId, { type, conversationId, asideId, ...chunk });
		this.#chunks.clear();
	}
}

/** The answer in the form of a reply that follows everything that it reads. */
export function replyOf({ question: _, follows: __, clientId: ___, after, ...answer }: Aside): Message {
	return { ...answer, role: "assistant", author: claude, seq: after + 1, revision: 0 };
}
