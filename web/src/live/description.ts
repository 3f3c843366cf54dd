// Fetches the conversation and its members after each join, as `chat:joined` does not list all of them.
// Must not depend on sockets or React.

import type { ConversationInfo, Member } from "../../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";

/** `memberCount`: how many members there are. An older server names all of them, and does not send it. */
export type Description = { conversation: ConversationInfo; members: readonly Member[]; memberCount?: number | undefined };

type Options = {
	/** `null` if it cannot be loaded now. */
	fetch(): Promise<Description | null>;
	/** `null` unless all of them are known. */
	members(): readonly Member[] | null;
	loaded(description: Description): void;
};

export class DescriptionLoader {
	readonly #options: Options;
	/** Counts events that change what a description contains. */
	#changes = 0;
	/** Grows with every stop: a request made before it is void. */
	#generation = 0;

	constructor(options: Options) {
		this.#options = options;
	}

	receive(events: readonly ServerEvent[]): void {
		if (events.some(({ type }) => type === "chat:member" || type === "chat:member-left" || type === "chat:conversation")) this.#changes++;
		if (events.some((event) => event.type === "chat:joined" || this.#isStranger(event))) void this.#load();
	}

	stop(): void {
		this.#generation++;
	}

	/** True if somebody joined who is not among the known members. */
	#isStranger(event: ServerEvent): boolean {
		const members = this.#options.members();
		return event.type === "chat:user-joined" && members !== null && !members.some(({ userId }) => userId === event.userId);
	}

	async #load(): Promise<void> {
		const [generation, changes] = [this.#generation, this.#changes];
		const description = await this.#options.fetch();
		if (!description || generation !== this.#generation) return;
		// An event that arrived meanwhile is newer, and may not be part of the description.
		if (changes !== this.#changes) return this.#load();
		this.#options.loaded(description);
	}
}
