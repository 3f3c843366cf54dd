// People's decisions about the calls of the running reply. What follows a decision has to be paid for first; if it cannot be, the call goes
// on waiting.

import { orFull } from "../../platform/full.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import type { Store } from "../store/store.ts";
import { type Asking, noticeOf } from "./money/asking.ts";
import type { Funding } from "./money/funding.ts";
import type { Resumption } from "./money/resumption.ts";
import { refusalToDecide } from "./questions.ts";
import type { Reply } from "./reply.ts";
import type { Runner } from "./runner.ts";
import type { Decision } from "./running.ts";

type Parts = {
	store: Store;
	funding: Pick<Funding, "isNeeded">;
	resumption: Resumption;
	runner: Runner;
	guestsAsk: boolean;
	tell: Asking["tell"];
};

const waitsOn = { kept: "The call still waits, and can be decided later.", again: "The call still waits: decide again in a moment." };

export class Decisions {
	readonly #with: Parts;
	/** Those that are being paid for. */
	#waiting: Decision[] = [];

	constructor(parts: Parts) {
		this.#with = parts;
	}

	decide(messageId: string, decision: Decision): "decided" | "not_waiting" | "forbidden" {
		const { runner, resumption, funding } = this.#with;
		const { reply } = runner;
		if (reply?.message.id !== messageId) return "not_waiting";
		if (!this.#mayDecide(reply, decision)) return "forbidden";
		if (!reply.calls.isWaiting(decision.toolId)) return "not_waiting";
		if (runner.isSuspended && funding.isNeeded) {
			const isPaid = resumption.isFor(reply.message);
			// Nobody has decided in time: the reply is being paid for by itself.
			if (isPaid && this.#waiting.length === 0) return "not_waiting";
			this.#waiting.push(decision);
			if (!isPaid) void this.#pay(reply);
		} else runner.decide([decision]);
		return "decided";
	}

	async #pay(reply: Reply): Promise<void> {
		const { resumption, runner } = this.#with;
		const { message } = reply;
		const paid = await orFull(() =>
			resumption.pay(
				reply,
				this.#waiting.map(({ by }) => by),
			),
		);
		const decisions = this.#waiting;
		this.#waiting = [];
		if (runner.reply !== reply) return this.#refuse(decisions, message.id);
		if (isRefusal(paid)) {
			this.#with.tell(new Set(decisions.map(({ by }) => by.userId)), { ...paid, messageId: message.id });
			return;
		}
		if (!paid || !("reason" in paid)) {
			const may = (decision: Decision) => this.#mayDecide(reply, decision);
			const [those, others] = [decisions.filter(may), decisions.filter((one) => !may(one))];
			this.#refuse(others, message.id, "forbidden");
			this.#refuse(runner.decide(those, paid), message.id);
			return;
		}
		this.#with.tell(new Set(decisions.map(({ by }) => by.userId)), noticeOf(message.id, paid, waitsOn));
		// The alarm was set for the ask.
		runner.proceed();
	}

	/** Asked again once purses have answered: somebody may have left, been erased, or be no owner any more. */
	#mayDecide({ calls }: Reply, { toolId, by: { userId } }: Decision): boolean {
		const { store, guestsAsk } = this.#with;
		const isOwner = store.members.find(userId)?.role === "owner";
		return !refusalToDecide(store, userId, guestsAsk) && (isOwner || !calls.isForOwners(toolId));
	}

	/** `decided`: others were first, or the reply has ended. */
	#refuse(decisions: readonly Decision[], messageId: string, code: "decided" | "forbidden" = "decided"): void {
		if (decisions.length > 0) this.#with.tell(new Set(decisions.map(({ by }) => by.userId)), { code, messageId });
	}
}
