// Keeps the changes of the membership that Claude reads. Of several changes of one person between two messages, Claude reads what they
// come to, so that nobody fills the prompt by leaving and coming back.

import type { MemberChange } from "../../protocol/memory/member-change.ts";
import type { Person } from "../../protocol/person.ts";
import type { Store } from "../store/store.ts";

export type Change = Pick<MemberChange, "change" | "formerName">;

/** In a larger conversation, people come and go too often to be named. */
export const mostNoted = 50;

export function noteChange({ members, memberChanges, log }: Store, { userId, username }: Person, change: Change, now: number): void {
	if (members.count > mostNoted) return;
	const after = log.head.seq;
	const former = memberChanges.latest(after, userId);
	const net = netOf(former, { ...change, username });
	if (former) memberChanges.delete(former.id);
	if (net) memberChanges.add({ ...net, after, userId, at: now });
}

type Named = Change & Pick<MemberChange, "username">;

/** `undefined`: everything is as it was before both. */
function netOf(former: Named | undefined, next: Named): Named | undefined {
	if (!former) return next;
	const before = former.formerName ?? former.username;
	const isBack = next.change === "joined";
	const isGone = next.change === "left" || next.change === "removed";
	if (former.change === "joined") return isGone ? undefined : { change: "joined", username: next.username };
	if (isGone) return { change: next.change, username: before };
	if (!isBack && next.change !== "renamed") return next;
	return next.username === before ? undefined : { change: "renamed", username: next.username, formerName: before };
}
