// The members of a conversation with their roles and presence. Owners change roles and remove members; everybody may leave.

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Member, MemberRole } from "../../../../src/protocol/conversation.ts";
import { session, useCall } from "../../account/currentSession.ts";
import { Modal } from "../../controls/Modal.tsx";
import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { liftLimits, membersOf } from "../../links/api.ts";
import { type Present, roster } from "../../people/roster.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { ban, changeRole, removeMember } from "./api.ts";
import { Bans } from "./Bans.tsx";
import { LeaveDialog } from "./LeaveDialog.tsx";
import { MemberConfirmation, type PendingChange, type Removal } from "./MemberConfirmation.tsx";
import { MemberRow } from "./MemberRow.tsx";
import styles from "./MembersDialog.module.css";

/** With more members than this there is a search field. */
const searchedFrom = 12;
const maxShown = 100;

/** `title`: of the conversation. */
type Props = { id: string; userId: string; title: string; chat: Chat; onLeft(): void; onClose(): void };

export function MembersDialog({ id, userId, title, chat, onLeft, onClose }: Props) {
	const strings = useStrings();
	const { members, participants, role } = chat;
	const [search, setSearch] = useState("");
	const [problem, setProblem] = useState<string>();
	const [pending, setPending] = useState<PendingChange>();
	const [isLeaving, setIsLeaving] = useState(false);
	/** A role that was chosen, until the server has confirmed or refused it. */
	const [chosen, setChosen] = useState<{ userId: string; role: MemberRole }>();
	const { remove, banned } = useRemoval(id);
	const list = useRef<HTMLUListElement>(null);
	const all = useCurrentLimits(id, members ?? []);
	const found = roster(all, participants, userId, search);

	useKeptFocus(list, members, pending);

	const giveRole = async (member: string, role: MemberRole) => {
		setChosen({ userId: member, role });
		const refusal = await session.attempt((token) => changeRole(token, id, member, role));
		setChosen(undefined);
		setProblem(refusal);
		return refusal;
	};
	const chooseRole = (member: Present, role: MemberRole) => {
		if (member.userId === userId) setPending({ type: "step down", role });
		else void giveRole(member.userId, role);
	};

	return (
		<Modal title={strings.membersTitle(all.length)} onClose={onClose}>
			{all.length > searchedFrom && <MemberSearch onSearch={setSearch} />}
			<Problem>{problem}</Problem>
			<ul ref={list} tabIndex={-1} className={styles.members} aria-label={strings.members}>
				{found.slice(0, maxShown).map((member) => (
					<MemberRow
						key={member.userId}
						member={chosen?.userId === member.userId ? { ...member, role: chosen.role } : member}
						isYou={member.userId === userId}
						canManage={role === "owner"}
						onRole={(role) => chooseRole(member, role)}
						onLift={async () => setProblem(await session.attempt((token) => liftLimits(token, id, member.userId)))}
						onRemove={() => setPending({ type: "remove", member })}
					/>
				))}
			</ul>
			{found.length > maxShown && <p className={styles.more}>{strings.moreMembers(found.length - maxShown)}</p>}
			{members !== null && found.length === 0 && <p className={styles.more}>{strings.noSuchMember}</p>}
			{role === "owner" && <Bans key={banned} id={id} />}
			<div className={styles.end}>
				<button type="button" className={styles.leave} onClick={() => setIsLeaving(true)}>
					{strings.leave}
				</button>
			</div>
			{isLeaving && <LeaveDialog {...{ id, userId, title, members, onLeft }} onClose={() => setIsLeaving(false)} />}
			{pending && (
				<MemberConfirmation
					change={pending}
					onRemove={remove}
					onStepDown={(role) => giveRole(userId, role)}
					onClose={() => setPending(undefined)}
				/>
			)}
		</Modal>
	);
}

/** With what is left to them now: others are not told of each use of their link. */
function useCurrentLimits(id: string, members: readonly Member[]): readonly Member[] {
	const fetched = useCall(useCallback((token: string) => membersOf(token, id), [id]));
	if (!fetched || "error" in fetched) return members;
	const known = new Map(fetched.value.members.map(({ userId, may }) => [userId, may]));
	return members.map((member) => (member.may ? { ...member, may: known.get(member.userId) ?? member.may } : member));
}

/** `banned`: how many people were banned here. The list of bans is loaded again after each. */
function useRemoval(id: string) {
	const [banned, setBanned] = useState(0);
	const remove = async ({ userId }: Present, { revokesInvites, bans }: Removal) => {
		if (!bans) return session.attempt((token) => removeMember(token, id, userId, revokesInvites));
		const refusal = await session.attempt((token) => ban(token, id, userId, revokesInvites));
		setBanned((count) => count + 1);
		return refusal;
	};
	return { remove, banned };
}

function MemberSearch({ onSearch }: { onSearch(text: string): void }) {
	const { findMember } = useStrings();
	return (
		<input type="search" dir="auto" aria-label={findMember} placeholder={findMember} onChange={({ target }) => onSearch(target.value)} />
	);
}

/** When a member is removed, the focus disappears with their button: it moves to the list. */
function useKeptFocus(list: RefObject<HTMLElement | null>, members: Chat["members"], pending: PendingChange | undefined): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: runs when members disappear.
	useEffect(() => {
		if (pending === undefined && document.activeElement === document.body) list.current?.focus();
	}, [list, members, pending]);
}
