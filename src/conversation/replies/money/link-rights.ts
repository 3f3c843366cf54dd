// What the links that members came by let them ask of Claude, and what is left of it.

import { microUsdOf, usdOf } from "../../../money/cost.ts";
import { orFull } from "../../../platform/full.ts";
import { linkForbidsAsking, linkUsedUp } from "../../../protocol/errors.ts";
import { isoTime } from "../../../protocol/iso-time.ts";
import type { Message } from "../../../protocol/message.ts";
import type { Allows, May, Used } from "../../../protocol/people/link.ts";
import type { Person } from "../../../protocol/person.ts";
import type { Invite, LinkLimits } from "../../store/invites.ts";
import type { Outcome } from "../../store/log.ts";
import type { Store } from "../../store/store.ts";

/** The same for a refused event and for a message that nobody answers. */
export type LinkRefusal = { code: "forbidden" | "budget_exceeded"; text: string; scope?: "conversation" };

type Parts = Pick<Store, "members" | "invites">;
type Counting = Pick<Store, "members" | "payments" | "whole">;

function linkOf({ members, invites }: Parts, userId: string): Invite | undefined {
	const { link } = members.standing(userId);
	return link === null ? undefined : invites.find(link);
}

/** Why the link that this person came by lets them ask nothing; `undefined` if it does, or if they came by none that limits them. */
export function refusalByLink(store: Parts, userId: string): LinkRefusal | undefined {
	const invite = linkOf(store, userId);
	if (!invite || invite.mostQuestions === null || invite.asked < invite.mostQuestions) return undefined;
	if (invite.mostQuestions === 0) return { code: "forbidden", text: linkForbidsAsking() };
	return { code: "budget_exceeded", scope: "conversation", text: linkUsedUp() };
}

/** Counts a message that asks Claude to the link that its author came by. */
export function countQuestion(store: Counting, { id, author }: Message): void {
	const { link } = store.members.standing(author.userId);
	if (link !== null) store.whole(() => store.payments.linkQuestions.addWaiting(id, link));
}

/** Counts an answer that somebody asks for by itself: in private, or by regenerating or continuing a reply. */
export function countAnswer(store: Counting, userId: string, answerId: string): void {
	const { link } = store.members.standing(userId);
	if (link !== null) store.whole(() => store.payments.linkQuestions.addAnswer(answerId, link));
}

/** Counts it and asks. If there is no room to ask, it does not count. */
export function countedAnswer(store: Counting, userId: string, answerId: string, ask: () => void): void {
	countAnswer(store, userId, answerId);
	try {
		ask();
	} catch (error) {
		orFull(() => store.whole(() => store.payments.linkQuestions.end(answerId, false)));
		throw error;
	}
}

/** Counts a request of which nothing is stored. To be called in one step with `refusalByLink`. Call what it returns if it is not answered. */
export function countRequest({ members, invites }: Parts, userId: string): () => void {
	const { link } = members.standing(userId);
	if (link !== null) invites.countAsked(link, 1);
	return () => void orFull(() => link !== null && invites.countAsked(link, -1));
}

/** Claude has said nothing, and will not. */
export function isWordless({ status }: Outcome, text: string, { thinking = "" }: Pick<Message, "thinking">): boolean {
	return status === "failed" && text === "" && thinking === "";
}

/** The place of the first message that all of these people may read: Claude tells nobody what they may not read. */
export function readableBy({ members }: Pick<Store, "members">, people: readonly Pick<Person, "userId">[]): number {
	return Math.max(1, ...people.map(({ userId }) => members.standing(userId).from));
}

/** `undefined` if the link does not limit it. */
export function questionsLeft({ mostQuestions, asked }: Pick<Invite, "mostQuestions" | "asked">): number | undefined {
	return mostQuestions === null ? undefined : Math.max(0, mostQuestions - asked);
}

export function microUsdLeft({ mostMicroUsd, microUsd }: Pick<Invite, "mostMicroUsd" | "microUsd">): number | undefined {
	return mostMicroUsd === null ? undefined : Math.max(0, mostMicroUsd - microUsd);
}

/** What the wire says that a link allows, as it is stored. */
export function limitsOf({ questions, usd, until, history }: Allows): LinkLimits {
	return {
		mostQuestions: questions ?? null,
		mostMicroUsd: usd === undefined ? null : microUsdOf(usd),
		accessEndsAt: until === undefined ? null : Date.parse(until),
		hidesPast: history === "new" ? 1 : 0,
	};
}

/** What a link allows, as the wire has it. `isLeft`: what is left of it. */
export function allowsOf(invite: Invite, { isLeft = false } = {}): Allows {
	const questions = isLeft ? questionsLeft(invite) : (invite.mostQuestions ?? undefined);
	const microUsd = isLeft ? microUsdLeft(invite) : (invite.mostMicroUsd ?? undefined);
	return {
		...(questions !== undefined && { questions }),
		...(microUsd !== undefined && { usd: usdOf(microUsd) }),
		...(invite.accessEndsAt !== null && { until: isoTime(invite.accessEndsAt) }),
		...(invite.hidesPast === 1 && { history: "new" as const }),
	};
}

export function usedOf({ uses, asked, microUsd }: Invite): Used {
	return { people: uses, questions: asked, usd: usdOf(microUsd) };
}

/** What a member may who came by a link that limits them; `undefined` for all others. */
export function mayOf(store: Parts, userId: string, invite = linkOf(store, userId)): May | undefined {
	const { from, endsAt } = store.members.standing(userId);
	if (!invite) return undefined;
	const [questions, microUsd] = [questionsLeft(invite), microUsdLeft(invite)];
	return {
		...(questions !== undefined && { questionsLeft: questions }),
		...(microUsd !== undefined && { usdLeft: usdOf(microUsd) }),
		...(endsAt !== null && { until: isoTime(endsAt) }),
		...(from > 1 && { fromSeq: from }),
	};
}
