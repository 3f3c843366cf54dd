// One socket of a client for many conversations, which the Worker holds. Behind it is a native socket for each of them, so that they
// can hibernate, and one that fails takes no other along. Passes events on as they are: the rules are the conversations' own.

import * as v from "valibot";
import type { Identity } from "../auth/tokens.ts";
import { FloodControl, lengthOfFrame } from "../conversation/sockets/flood-control.ts";
import { encodeFrame } from "../protocol/encode-frame.ts";
import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { type ClientEvent, clientEvents, errorEvent, namesOf, type ServerEvent } from "../protocol/events.ts";
import { parseFileFrame } from "../protocol/files/frame.ts";
import { isOversize, parseEvent, readJson } from "../protocol/frames.ts";
import { limits } from "../protocol/limits.ts";
import { idSchema } from "../protocol/person.ts";
import { busy, type Refusal } from "../protocol/refusal.ts";
import type { Backend } from "./backend.ts";
import { Entered } from "./entered-conversation.ts";
import { Joining } from "./joining.ts";
import { Unread } from "./unread.ts";

/** An event as the client has written it. */
type Fields = { readonly [field: string]: unknown };

/** In ms: the longest time that a timer can measure. */
const longestTimer = 2 ** 31 - 1;

/** Returns the client's end of a new socket. `identity`: verified a moment ago. */
export function openSharedSocket(backend: Backend, identity: Identity): WebSocket {
	const { 0: theirs, 1: ours } = new WebSocketPair();
	new SharedSocket(ours, backend, identity).listen();
	return theirs;
}

class SharedSocket {
	readonly #socket: WebSocket;
	readonly #backend: Backend;
	readonly #entered = new Map<string, Entered>();
	#identity: Identity;
	readonly #floods: FloodControl;
	/** Conversations that are being opened, whether the client still wants them or not. */
	#opening = 0;
	readonly #unread = new Unread(Date.now());
	readonly #joining = new Joining(this.#unread);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isOver = false;

	constructor(socket: WebSocket, backend: Backend, identity: Identity) {
		this.#socket = socket;
		this.#backend = backend;
		this.#identity = identity;
		this.#floods = new FloodControl(backend.settings.sends);
	}

	listen(): void {
		this.#socket.binaryType = "arraybuffer";
		this.#socket.addEventListener("message", ({ data }) => this.#receive(data as string | ArrayBuffer));
		this.#socket.addEventListener("close", () => this.#close(closeCodes.normal, "closed"));
		this.#socket.addEventListener("error", () => this.#close(closeCodes.internal, "failed"));
		this.#socket.accept();
		this.#expireLater();
	}

	#expireLater(): void {
		clearTimeout(this.#timer);
		const left = this.#identity.expiresAt - Date.now();
		if (left <= 0) this.#close(closeCodes.token, "token expired");
		else this.#timer = setTimeout(() => this.#expireLater(), Math.min(left, longestTimer));
	}

	// From the client

	#receive(data: string | ArrayBuffer): void {
		if (this.#isOver) return;
		this.#unread.heard(Date.now());
		this.#joining.proceed();
		// Counted before it is read, so that refusing it costs next to nothing.
		if (!this.#mayRead(lengthOfFrame(data))) return;
		if (data === "ping") this.#ping();
		else if (typeof data !== "string") this.#takeFile(data);
		else if (isOversize(data)) this.#close(closeCodes.tooBig, "frame over the limit");
		else this.#read(readJson(data));
	}

	#mayRead(length: number): boolean {
		const verdict = this.#floods.count({ userId: "" }, length, Date.now());
		if (verdict.type === "refuse" && verdict.shouldNotify) this.#refuse("", { code: "rate_limited", retryAfterMs: verdict.retryAfterMs });
		if (verdict.type === "flooding") this.#close(closeCodes.flooding, "too many frames");
		return verdict.type === "read";
	}

	#ping(): void {
		this.#write("pong");
		for (const entered of this.#entered.values()) entered.ping();
	}

	#read(values: readonly unknown[] = []): void {
		if (values.length === 0 || values.length > limits.eventsPerFrame) this.#refuseFrame({ code: "bad_frame" });
		for (const [nth, value] of values.slice(0, limits.eventsPerFrame).entries()) {
			// The frame paid for its first event.
			if (values.length > limits.eventsPerFrame || this.#isOver || !(nth === 0 || this.#mayRead(0))) break;
			this.#take(value);
		}
		for (const entered of this.#entered.values()) entered.flush();
	}

	#takeFile(frame: ArrayBuffer): void {
		const parsed = parseFileFrame(frame);
		if ("refusal" in parsed) {
			this.#refuseFrame(parsed.refusal);
			return;
		}
		const { header, bytes } = parsed;
		const refusal = this.#refusalOfFile(header.conversationId, bytes.length);
		if (refusal) this.#refuse(header.conversationId, { ...refusal, ...(header.clientId !== undefined && { clientId: header.clientId }) });
		else this.#entered.get(header.conversationId)?.passFile(frame);
	}

	/** A file is in memory as a whole: one at a time. */
	#refusalOfFile(conversationId: string, size: number): Refusal | undefined {
		if (size > this.#backend.mostBytes) return { code: "too_large" };
		if (!this.#entered.get(conversationId)?.isOpen) return { code: "not_joined" };
		const isBusy = [...this.#entered.values()].some(({ isFileComing }) => isFileComing);
		return isBusy ? busy : undefined;
	}

	/** What this connection does not answer itself goes on to the conversation, unchecked. */
	#take(value: unknown): void {
		const fields = (value ?? {}) as Fields;
		const type = typeof fields.type === "string" && Object.hasOwn(clientEvents, fields.type) ? fields.type : undefined;
		const own = type === "chat:join" || type === "chat:leave" || type === "chat:auth";
		const entered = typeof fields.conversationId === "string" ? this.#entered.get(fields.conversationId) : undefined;
		if (entered && type === "chat:ack") this.#acknowledged();
		if (entered && !own && entered.pass(fields)) return;
		const parsed = parseEvent(value);
		if ("refusal" in parsed) this.#refuseFrame(parsed.refusal, fields);
		else this.#answer(parsed.event, entered);
	}

	/** Frames arrive in order: nothing is unread that was sent before what the client has read. */
	#acknowledged(): void {
		this.#unread.acknowledged();
		this.#joining.proceed();
	}

	#answer(event: ClientEvent, entered: Entered | undefined): void {
		if (event.type === "chat:join") this.#join(event, entered);
		else if (event.type === "chat:auth") void this.#renew(event);
		else if (event.type === "chat:leave") this.#leave(event.conversationId, entered);
		else if (entered) this.#refuse(event.conversationId, { ...namesOf(event), ...busy });
		else this.#refuse(event.conversationId, { ...namesOf(event), code: "not_joined" });
	}

	#join(event: Extract<ClientEvent, { type: "chat:join" }>, entered: Entered | undefined): void {
		const { conversationId } = event;
		if (entered) entered.pass(event);
		else if (this.#entered.size >= limits.conversationsPerSocket) this.#refuse(conversationId, { code: "too_many_conversations" });
		else if (this.#opening < limits.conversationsPerSocket) this.#enter(event);
		else this.#refuse(conversationId, busy);
	}

	#enter({ conversationId, cursor }: Extract<ClientEvent, { type: "chat:join" }>): void {
		const entering = new Entered(conversationId, {
			open: () => this.#backend.open(this.#identity, conversationId, cursor, {}),
			received: (frame) => this.#write(frame),
			refused: (refusal) => this.#refused(conversationId, refusal),
			closed: (code, isAnnounced) => this.#closedBy(conversationId, code, isAnnounced),
		});
		this.#entered.set(conversationId, entering);
		this.#opening += 1;
		void this.#joining.turn().then(async () => {
			await entering.enter();
			this.#opening -= 1;
			this.#joining.done();
		});
	}

	#leave(conversationId: string, entered: Entered | undefined): void {
		this.#entered.delete(conversationId);
		entered?.close();
		this.#send({ type: "chat:left", conversationId, code: closeCodes.normal });
	}

	/** The newer token is for all conversations. */
	async #renew({ conversationId, token }: Extract<ClientEvent, { type: "chat:auth" }>): Promise<void> {
		// A program's sign-in is its personal token, and nobody else's is one.
		if (this.#identity.program) return this.#refuse(conversationId, { code: "forbidden" });
		const verified = await this.#backend.identify(token).catch((): { refusal: Refusal } => ({ refusal: { code: "internal" } }));
		if (this.#isOver) return;
		if ("refusal" in verified) return this.#refuse(conversationId, verified.refusal);
		const { identity } = verified;
		if (identity.userId !== this.#identity.userId || identity.program) return this.#refuse(conversationId, { code: "unauthorized" });
		this.#identity = identity;
		this.#expireLater();
		for (const [id, entered] of this.#entered) entered.pass({ type: "chat:auth", conversationId: id, token });
		for (const entered of this.#entered.values()) entered.flush();
	}

	#refuseFrame(refusal: Refusal, { conversationId }: Fields = {}): void {
		this.#refuse(v.is(idSchema, conversationId) ? conversationId : "", refusal);
		if (this.#floods.countBad("", Date.now())) this.#close(closeCodes.flooding, "too many frames");
	}

	// To the client

	#refused(conversationId: string, refusal: Refusal): void {
		this.#entered.delete(conversationId);
		this.#refuse(conversationId, refusal);
		if (["unauthorized", "token_expired", "suspended"].includes(refusal.code)) this.#close(closeCodes.token, refusal.code);
	}

	#closedBy(conversationId: string, code: number, isAnnounced: boolean): void {
		this.#entered.delete(conversationId);
		this.#send({ type: "chat:left", conversationId, code });
		if (code !== closeCodes.token) return;
		if (!isAnnounced) this.#refuse(conversationId, { code: "unauthorized" });
		this.#close(closeCodes.token, "signed out");
	}

	#refuse(conversationId: string, refusal: Refusal): void {
		this.#send(errorEvent(conversationId, refusal));
	}

	#send(event: ServerEvent): void {
		this.#write(encodeFrame([event]));
	}

	#write(frame: string): void {
		if (this.#isOver) return;
		const { bufferedAmount } = this.#socket as { bufferedAmount?: number };
		const isRead = this.#unread.mayAdd(frame.length, Date.now(), bufferedAmount);
		try {
			if (isRead) this.#socket.send(frame);
			else this.#close(closeCodes.slow, "what was sent is not read");
		} catch {
			// It is closing: the close event follows.
		}
	}

	#close(code: CloseCode, reason: string): void {
		if (this.#isOver) return;
		this.#isOver = true;
		clearTimeout(this.#timer);
		for (const entered of this.#entered.values()) entered.close();
		this.#entered.clear();
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
	}
}
