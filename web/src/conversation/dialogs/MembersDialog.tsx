// The members of a conversation with their roles and presence. Owners change roles and remove members; everybody may leave.

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Member, MemberRole } from "../../../../src/protocol/conversation.ts";
import { session, useCall } from "../../account/currentSession.ts";
import { Modal } from "../../controls/Modal.tsx";
import { MoreButton } from "../../controls/MoreButton.tsx";
import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { liftLimits } from "../../links/api.ts";
import type { Extent } from "../../live/historyWindow.ts";
import { membersOf } from "../../people/api.ts";
import { MemberSearch } from "../../people/MemberSearch.tsx";
import { listed, type Present, roster } from "../../people/roster.ts";
import { type PagedMembers, usePagedMembers } from "../../people/usePagedMembers.ts";
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
	const { memberCount, role } = chat;
	const [search, setSearch] = useState("");
	const [problem, setProblem] = useState<string>();
	const [pending, setPending] = useState<PendingChange>();
	const [isLeaving, setIsLeaving] = useState(false);
	/** A role that was chosen, until the server has confirmed or refused it. */
	const [chosen, setChosen] = useState<{ userId: string; role: MemberRole }>();
	const list = useRef<HTMLUListElement>(null);
	const { count, found, extent, loadMore, changed } = useMembers(id, userId, chat, search);
	const { lift, remove, banned } = useRemoval(id, changed);
	useKeptFocus(list, found.length, pending);

	const giveRole = async (member: string, role: MemberRole) => {
		setChosen({ userId: member, role });
		const refusal = await session.attempt((token) => changeRole(token, id, member, role));
		if (refusal === undefined) changed(member, { role });
		setChosen(undefined);
		setProblem(refusal);
		return refusal;
	};
	const chooseRole = (member: Present, role: MemberRole) => {
		if (member.userId === userId) setPending({ type: "step down", role });
		else void giveRole(member.userId, role);
	};

	return (
		<Modal title={strings.membersTitle(count)} onClose={onClose}>
			{count > searchedFrom && <MemberSearch onSearch={setSearch} />}
			<Problem>{problem}</Problem>
			<ul ref={list} tabIndex={-1} className={styles.members} aria-label={strings.members}>
				{found.slice(0, memberCount === null ? maxShown : undefined).map((member) => (
					<MemberRow
						key={member.userId}
						member={chosen?.userId === member.userId ? { ...member, role: chosen.role } : member}
						isYou={member.userId === userId}
						canManage={role === "owner"}
						onRole={(role) => chooseRole(member, role)}
						onLift={async () => setProblem(await lift(member))}
						onRemove={() => setPending({ type: "remove", member })}
					/>
				))}
			</ul>
			<Rest found={found.length} chat={chat} extent={extent} onMore={loadMore} />
			{role === "owner" && <Bans key={banned} id={id} />}
			<div className={styles.end}>
				<button type="button" className={styles.leave} onClick={() => setIsLeaving(true)}>
					{strings.leave}
				</button>
			</div>
			{isLeaving && (
				<LeaveDialog
					{...{ id, userId, title, onLeft }}
					members={memberCount === null ? chat.members : null}
					onClose={() => setIsLeaving(false)}
				/>
			)}
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

type RestProps = { found: number; chat: Pick<Chat, "members" | "memberCount">; extent: Extent; onMore(): void };

/** What is said below the list, or how to load more of it. */
function Rest({ found, chat: { members, memberCount }, extent, onMore }: RestProps) {
	const strings = useStrings();
	const words = { more: strings.moreResults, loading: strings.loading, failed: strings.moreFailed };
	if (extent !== "none") return <MoreButton extent={extent} words={words} onMore={onMore} />;
	if (memberCount === null && found > maxShown) return <p className={styles.more}>{strings.moreMembers(found - maxShown)}</p>;
	return members !== null && found === 0 ? <p className={styles.more}>{strings.noSuchMember}</p> : null;
}

/** The members whom the list shows, out of everybody who is known here, or in a large conversation of pages of the server. */
function useMembers(id: string, userId: string, chat: Chat, search: string) {
	const { members, memberCount, participants } = chat;
	const name = search.trim();
	const isPart = memberCount !== null;
	const { members: paged, ...paging } = usePagedMembers(id, name, isPart);
	const all = useCurrentLimits(id, members ?? [], !isPart);
	if (!isPart) return { ...paging, count: all.length, found: roster(all, participants, userId, search), extent: "none" as const };
	const own = name === "" ? members?.find((member) => member.userId === userId) : undefined;
	return { ...paging, count: memberCount, found: listed(paged, chat, own) };
}

/** With what is left to them now: others are not told of each use of their link. */
function useCurrentLimits(id: string, members: readonly Member[], isWhole: boolean): readonly Member[] {
	const ask = async (token: string) => (isWhole ? membersOf(token, id) : { value: { members: [] } });
	const fetched = useCall(useCallback(ask, [id, isWhole]));
	if (!fetched || "error" in fetched) return members;
	const known = new Map(fetched.value.members.map(({ userId, may }) => [userId, may]));
	return members.map((member) => (member.may ? { ...member, may: known.get(member.userId) ?? member.may } : member));
}

/** `banned`: how many people were banned here. The list of bans is loaded again after each. */
function useRemoval(id: string, changed: PagedMembers["changed"]) {
	const [banned, setBanned] = useState(0);
	const remove = async ({ userId }: Present, { revokesInvites, bans }: Removal) => {
		const act = bans ? ban : removeMember;
		const refusal = await session.attempt<unknown>((token) => act(token, id, userId, revokesInvites));
		if (bans) setBanned((count) => count + 1);
		if (refusal === undefined) changed(userId, undefined);
		return refusal;
	};
	const lift = async ({ userId }: Present) => {
		const refusal = await session.attempt((token) => liftLimits(token, id, userId));
		if (refusal === undefined) changed(userId, { may: undefined });
		return refusal;
	};
	return { lift, remove, banned };
}

/** When a member is removed, the focus disappears with their button: it moves to the list. */
function useKeptFocus(list: RefObject<HTMLElement | null>, members: number, pending: PendingChange | undefined): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: runs when members disappear.
	useEffect(() => {
		if (pending === undefined && document.activeElement === document.body) list.current?.focus();
	}, [list, members, pending]);
}
