// Who belongs to a conversation, in which role, and who is here now; owners change that, everybody may leave.

import { useEffect, useRef, useState } from "react";
import { type MemberRole, roleSchema } from "../../../../src/protocol/conversation.ts";
import { session } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { Modal } from "../../controls/Modal.tsx";
import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { hueOf } from "../../people/person.ts";
import { type Present, roster } from "../../people/roster.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { changeRole, removeMember } from "./api.ts";
import styles from "./MembersDialog.module.css";

/** So many are shown at once; past the first number there is a field to look for one. */
const most = { unsought: 12, shown: 100 };

type Asking = { type: "remove"; member: Present } | { type: "leave" } | { type: "step down"; role: MemberRole };

type Props = { id: string; userId: string; chat: Chat; onLeft(): void; onClose(): void };

export function MembersDialog({ id, userId, chat, onLeft, onClose }: Props) {
	const strings = useStrings();
	const { members, participants, role } = chat;
	const [sought, setSought] = useState("");
	const [problem, setProblem] = useState<string>();
	const [asking, setAsking] = useState<Asking>();
	/** What was chosen and is not yet told by the server. */
	const [chosen, setChosen] = useState<{ userId: string; role: MemberRole }>();
	const list = useRef<HTMLUListElement>(null);
	const all = members ?? [];
	const found = roster(all, participants, userId, sought);
	const isOwner = role === "owner";

	// Who goes takes the button with them that had the focus.
	// biome-ignore lint/correctness/useExhaustiveDependencies: it is their going that matters.
	useEffect(() => {
		if (asking === undefined && document.activeElement === document.body) list.current?.focus();
	}, [members, asking]);

	const give = async (member: string, role: MemberRole) => {
		setChosen({ userId: member, role });
		const refusal = await session.attempt((token) => changeRole(token, id, member, role));
		setChosen(undefined);
		setProblem(refusal);
		return refusal;
	};
	const choose = (member: Present, role: MemberRole) => {
		if (member.userId === userId) setAsking({ type: "step down", role });
		else void give(member.userId, role);
	};

	return (
		<Modal title={strings.membersTitle(all.length)} onClose={onClose}>
			{all.length > most.unsought && (
				<input
					type="search"
					dir="auto"
					aria-label={strings.findMember}
					placeholder={strings.findMember}
					onChange={({ target }) => setSought(target.value)}
				/>
			)}
			<Problem>{problem}</Problem>
			<ul ref={list} tabIndex={-1} className={styles.members} aria-label={strings.members}>
				{found.slice(0, most.shown).map((member) => (
					<li key={member.userId} data-hue={hueOf(member.userId)} data-here={member.isHere}>
						<span className={styles.name}>
							<bdi>{member.userId === userId ? strings.you(member.username) : member.username}</bdi>
							<small>{member.isHere ? strings.here : strings.away}</small>
						</span>
						{isOwner ? (
							<select
								aria-label={strings.roleOf(member.username)}
								value={chosen?.userId === member.userId ? chosen.role : member.role}
								onChange={({ target }) => choose(member, target.value as MemberRole)}
							>
								{roleSchema.options.toReversed().map((role) => (
									<option key={role} value={role}>
										{strings.roles[role]}
									</option>
								))}
							</select>
						) : (
							<span className={styles.role}>{strings.roles[member.role]}</span>
						)}
						{isOwner && member.userId !== userId && (
							<button
								type="button"
								className={styles.remove}
								aria-label={strings.removeMember(member.username)}
								onClick={() => setAsking({ type: "remove", member })}
							>
								{strings.remove}
							</button>
						)}
					</li>
				))}
			</ul>
			{found.length > most.shown && <p className={styles.more}>{strings.moreMembers(found.length - most.shown)}</p>}
			{members !== null && found.length === 0 && <p className={styles.more}>{strings.noSuchMember}</p>}
			<div className={styles.end}>
				<button type="button" className={styles.leave} onClick={() => setAsking({ type: "leave" })}>
					{strings.leave}
				</button>
			</div>
			{asking?.type === "remove" && (
				<Dialog
					title={strings.removeTitle(asking.member.username)}
					action={strings.remove}
					isDanger
					act={() => session.attempt((token) => removeMember(token, id, asking.member.userId))}
					onClose={() => setAsking(undefined)}
				>
					<p>{strings.removeText}</p>
				</Dialog>
			)}
			{asking?.type === "step down" && (
				<Dialog
					title={strings.stepDownTitle}
					action={strings.stepDown}
					isDanger
					act={() => give(userId, asking.role)}
					onClose={() => setAsking(undefined)}
				>
					<p>{strings.stepDownText}</p>
				</Dialog>
			)}
			{asking?.type === "leave" && (
				<Dialog
					title={strings.leaveThis}
					action={strings.leaveNow}
					isDanger
					act={async () => {
						const refusal = await session.attempt((token) => removeMember(token, id, userId));
						if (refusal === undefined) onLeft();
						return refusal;
					}}
					onClose={() => setAsking(undefined)}
				>
					<p>{strings.leaveText}</p>
				</Dialog>
			)}
		</Modal>
	);
}
