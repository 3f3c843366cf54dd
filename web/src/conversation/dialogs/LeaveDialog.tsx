// Leaving a conversation. Its only owner chooses the next one in the same step, or deletes it if nobody else is in it.

import { useCallback, useState } from "react";
import type { Member } from "../../../../src/protocol/conversation.ts";
import type { Person } from "../../../../src/protocol/person.ts";
import { session, useCall } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { knownMembersOf } from "../../people/api.ts";
import { MemberSelect } from "../../people/MemberSelect.tsx";
import { changeRole, deleteConversation, removeMember } from "./api.ts";
import { useWords } from "./words.ts";

/** `title`: of the conversation. `members`: loaded if not all of them are known. */
type Props = { id: string; userId: string; title: string; members: readonly Member[] | null; onLeft(): void; onClose(): void };

export function LeaveDialog({ id, userId, title, members, onLeft, onClose }: Props) {
	const strings = useStrings();
	const words = useWords();
	// What a button does must not change when somebody is about to press it.
	const [known] = useState(members);
	const [next, setNext] = useState<Person>();
	const loaded = useCall(
		useCallback(
			async (token: string) => (known ? { value: { members: [...known], isPart: false } } : knownMembersOf(token, id)),
			[known, id],
		),
	);
	if (!loaded) return null;
	const { members: all, isPart } = "value" in loaded ? loaded.value : { members: [], isPart: false };
	const others = writersFirst(all.filter((member) => member.userId !== userId));
	const owners = all.filter(({ role }) => role === "owner");
	const isOnlyOwner = owners.length === 1 && owners[0]?.userId === userId;

	const attempt = async (...calls: Parameters<typeof session.attempt>[0][]) => {
		for (const call of calls) {
			const refusal = await session.attempt(call);
			if (refusal !== undefined) return refusal;
		}
		onLeft();
	};
	if (isOnlyOwner && others.length === 0)
		return (
			<Dialog
				title={strings.deleteTitle(title)}
				action={strings.deleteNow}
				isDanger
				act={() => attempt((token) => deleteConversation(token, id))}
				onClose={onClose}
			>
				<p>{words.nobodyElse}</p>
				<p>{strings.deleteText}</p>
			</Dialog>
		);
	const leave = (token: string) => removeMember(token, id, userId);
	const chosen = next ?? others[0];
	const handOver = (token: string) => changeRole(token, id, chosen?.userId ?? "", "owner");
	return (
		<Dialog
			title={strings.leaveTitle(title)}
			action={strings.leaveNow}
			isDanger
			act={() => (isOnlyOwner ? attempt(handOver, leave) : attempt(leave))}
			onClose={onClose}
		>
			<p>{strings.leaveText}</p>
			{isOnlyOwner && (
				<MemberSelect {...{ id, isPart, chosen }} label={words.nextOwner} people={others} except={userId} onChoose={setNext} />
			)}
		</Dialog>
	);
}

/** Readers come last, and each group by name. */
function writersFirst(members: readonly Member[]): Member[] {
	const isReader = ({ role }: Member) => Number(role === "reader");
	return members.toSorted((one, other) => isReader(one) - isReader(other) || one.username.localeCompare(other.username));
}
