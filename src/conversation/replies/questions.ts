// Takes back questions that wait for a reply. The message stays, and asks no longer.

import { messageEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Clients, MemberLists } from "../ports.ts";
import type { Store } from "../store/store.ts";
import { refusalByLink } from "./money/link-rights.ts";
import { mayAsk } from "./trigger.ts";

/** Owners, and the deployment, may decide otherwise after somebody has asked. */
export function mayAskClaude({ info, members }: Pick<Store, "info" | "members">, userId: string, guestsAsk: boolean): boolean {
	return info.assistant !== "off" && mayAsk(info, members.find(userId)?.role) && (guestsAsk || !members.isGuest(userId));
}

/** Whoever may ask Claude may allow and decline calls. Whoever has used up their questions still decides about what they have asked. */
export function refusalToDecide(
	store: Pick<Store, "info" | "members" | "invites">,
	userId: string,
	guestsAsk: boolean,
): Refusal | undefined {
	const { info, members } = store;
	if (!mayAsk(info, members.find(userId)?.role) || (!guestsAsk && members.isGuest(userId))) return { code: "forbidden" };
	const barred = refusalByLink(store, userId);
	return barred?.code === "forbidden" ? barred : undefined;
}

type Parts = { store: Store; clients: Pick<Clients, "broadcast">; lists: Pick<MemberLists, "skipRevision"> };

/** Why a question cannot be taken back; `undefined` if it waits. The newest reply answers everything before it, whether it runs or has ended. */
export function refusalToWithdraw({ store }: Pick<Parts, "store">, { seq }: Message): Refusal | undefined {
	const reply = store.log.firstReplyAfter(seq);
	if (!reply) return undefined;
	return { code: reply.status === "streaming" ? "being_answered" : "answered" };
}

/** Makes a question an ordinary message, for everybody. Lists do not show what asks. */
export function withdraw({ store, clients, lists }: Parts, question: Message): Message {
	const message = store.whole(() => {
		const message = store.log.withdrawQuestion(question);
		store.payments.linkQuestions.takeBackGone();
		return message;
	});
	clients.broadcast(messageEvent("chat:updated", message, store.log.cursor));
	lists.skipRevision();
	return message;
}
