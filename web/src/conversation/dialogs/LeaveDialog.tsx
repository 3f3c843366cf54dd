// Leaving a conversation. Its only owner chooses the next one in the same step, or deletes it if nobody else is in it.

import { useCallback, useState } from "react";
import type { Member } from "../../../../src/protocol/conversation.ts";
import { session, useCall } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { knownMembersOf } from "../../people/api.ts";
import { changeRole, deleteConversation, removeMember } from "./api.ts";
import styles from "./MembersDialog.module.css";
import { useWords } from "./words.ts";

/** `title`: of the conversation. `members`: loaded if not all of them are known. */
type Props = { id: string; userId: string; title: string; members: readonly Member[] | null; onLeft(): void; onClose(): void };

export function LeaveDialog({ id, userId, title, members, onLeft, onClose }: Props) {
	const strings = useStrings();
	const words = useWords();
	// What a button does must not change when somebody is about to press it.
	const [known] = useState(members);
	const loaded = useCall(
		useCallback(async (token: string) => (known ? { value: { members: [...known] } } : knownMembersOf(token, id)), [known, id]),
	);
	if (!loaded) return null;
	const all = "value" in loaded ? loaded.value.members : [];
	const others = all.filter((member) => member.userId !== userId);
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
	const handOver = (next: string) => (token: string) => changeRole(token, id, next, "owner");
	return (
		<Dialog
			title={strings.leaveTitle(title)}
			action={strings.leaveNow}
			isDanger
			act={(form) => (isOnlyOwner ? attempt(handOver(String(form.get("next"))), leave) : attempt(leave))}
			onClose={onClose}
		>
			<p>{strings.leaveText}</p>
			{isOnlyOwner && (
				<label className={styles.next}>
					{words.nextOwner}
					<select name="next">
						{writersFirst(others).map(({ userId, username }) => (
							<option key={userId} value={userId}>
								{username}
							</option>
						))}
					</select>
				</label>
			)}
		</Dialog>
	);
}

/** Readers come last, and each group by name. */
function writersFirst(members: readonly Member[]): Member[] {
	const isReader = ({ role }: Member) => Number(role === "reader");
	return members.toSorted((one, other) => isReader(one) - isReader(other) || one.username.localeCompare(other.username));
}
