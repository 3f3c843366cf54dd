// What one client is told in one namespace, each event with how far it has come by then. Knows nothing of where it comes from.

import { errors } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Progress } from "./catch-up.ts";
import { encodeAck, encodeEvent } from "./packets.ts";
import { encodeOffset } from "./recovery.ts";
import type { Sends } from "./resends.ts";
import { refusalOf, toSocketIo } from "./translate.ts";

export type VoiceOptions = {
	nsp: string;
	sends: Sends;
	send(packet: string): void;
	/** Asks for a sign that all that was sent has been read; its number. */
	mark(): number;
	/** The conversations it knows itself to be in. */
	told(): ReadonlyMap<string, Progress>;
};

/** What a refusal is about. */
type Names = { conversationId?: string; clientId?: string; messageId?: string };

export class Voice {
	readonly #options: VoiceOptions;
	/** What is to be sent once it is connected. */
	#held: string[] | undefined = [];
	#isOver = false;

	constructor(options: VoiceOptions) {
		this.#options = options;
	}

	get isHeld(): boolean {
		return this.#held !== undefined;
	}

	/** It is connected; what says so comes before all that has waited for it. */
	begin(packet?: string): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		if (packet !== undefined) this.say(packet);
		for (const waiting of held) this.say(waiting);
	}

	/** What waits is not going to be told. */
	forget(): void {
		this.#held = [];
	}

	emit(event: ServerEvent): void {
		const { name, payload } = toSocketIo(event);
		this.emitAs(name, payload);
	}

	emitAs(name: string, payload: object): void {
		const { nsp, sends, told } = this.#options;
		const { text, isHandy } = encodeOffset({ acknowledged: sends.acknowledged, rooms: told() });
		const isPassing = name === "chat:streaming" || name === "chat:thought" || name.startsWith("chat:user-") || name === "chat:read";
		this.say(encodeEvent(nsp, isHandy || !isPassing ? [name, payload, text] : [name, payload]));
	}

	answer(ackIds: readonly number[], answer: object, clientId?: string): void {
		const { nsp, sends, mark } = this.#options;
		// What is said on hearing the answer comes after the sign that it was heard.
		if (ackIds.length > 0 && clientId !== undefined) sends.answered(clientId, mark);
		for (const ackId of ackIds) this.say(encodeAck(nsp, ackId, answer));
	}

	refuse(refused: Refusal, { conversationId, clientId, messageId }: Names, ackId?: number): void {
		const error = errors[refused.code].text;
		if (ackId !== undefined) this.answer([ackId], refusalOf({ error, ...refused }), clientId);
		this.emitAs("chat:error", { conversationId, error, ...refused, clientId, messageId });
	}

	say(packet: string): void {
		if (this.#isOver) return;
		if (this.#held) this.#held.push(packet);
		else this.#options.send(packet);
	}

	end(): void {
		this.#isOver = true;
	}
}
