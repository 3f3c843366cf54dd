// How a conversation begins: somebody creates it, or it is imported or forked. Resolves once its people's lists have been told.

import type { ConversationInfo } from "../../protocol/conversation.ts";
import type { NamedPerson } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { newLineage } from "../admission.ts";
import type { Parts } from "../wiring.ts";
import type { ImportProgress, Target } from "./import.ts";

export class Beginnings {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	async create(owner: NamedPerson, title: string): Promise<ConversationInfo> {
		const { id, membership, lists } = this.#parts;
		const created = membership.create({ id, title, lineage: newLineage() }, owner);
		await lists.settled;
		return created;
	}

	/** Imports the lines of an export that follow the first `from` ones. `as` becomes an owner in any case. */
	async importLines(lines: string, from: number, { as, fork }: Pick<Target, "as" | "fork">): Promise<ImportProgress | Refusal> {
		const { id, importer, lists, alarm } = this.#parts;
		const taken = await importer.addLines(lines, from, { id, lineage: newLineage(), as, fork }, () => {
			if (fork) lists.memberChanged(fork.owner.userId);
			else lists.changed("all");
		});
		if ("conversation" in taken) alarm.bringForward();
		if (fork) await lists.settled;
		return taken;
	}
}
