// One conversation: who is here, what was said, what one says next.

import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import { closeCodes } from "../../../src/protocol/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { claude, type Person } from "../../../src/protocol/person.ts";
import { session } from "../account/currentSession.ts";
import { Dialog } from "../controls/Dialog.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { Banner } from "../conversation/Banner.tsx";
import { Composer } from "../conversation/composer/Composer.tsx";
import { Header } from "../conversation/Header.tsx";
import { EmptyRoom } from "../conversation/log/EmptyRoom.tsx";
import { Log } from "../conversation/log/Log.tsx";
import { Waiting } from "../conversation/log/Waiting.tsx";
import { Acting } from "../conversation/message/Acting.ts";
import { useActing } from "../conversation/message/useActing.ts";
import { goTo } from "../keyboard/landmarks.ts";
import { refusalText } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { lastMessageOf } from "../list/list.ts";
import { titleOf } from "../list/titles.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import type { DeviceCache } from "../live/deviceCache.ts";
import { type Names, People } from "../markdown/MentionedText.tsx";
import { lastOwn, mayDo } from "../people/permissions.ts";
import { type Chat, useChatWebSocket } from "../useChatWebSocket.ts";
import { useTitle } from "../useTitle.ts";
import { useIsDraftKept } from "../writing/currentDrafts.ts";
import styles from "./ConversationPage.module.css";
import { NoticePage } from "./NoticePage.tsx";

const loadAnnouncer = () => import("../conversation/log/Announcer.tsx");
const loadEditor = () => import("../conversation/composer/Editor.tsx");
const loadUnsent = () => import("../conversation/composer/Unsent.tsx");

type Props = { id: string; token: string | null; cache: DeviceCache; userId: string; name: string };

export function ConversationPage({ id, token, cache, userId, name }: Props) {
	const strings = useStrings();
	const { chat } = useChatWebSocket(id, token, session.renew, cache);
	const { conversation, role, members } = chat;
	const title = conversation ? titleOf(conversation, strings) : undefined;
	// Whoever has been here is a member and stays one when they go: Claude then waits to be asked.
	const [hasMet, setHasMet] = useState(false);
	if (!hasMet && chat.participants.length > 1) setHasMet(true);
	useTitle(title);
	useKeyboardInset();
	useReportView(id, chat, userId);
	const { target, onShown } = useTarget(chat.goTo);
	const people = usePeople(chat, userId);
	const { acting, editing, removing, stop, focusKey } = useActing(chat, userId, id);
	useLeaveWarning(id, chat, userId);
	const refused = useLazy(loadUnsent, chat.outgoing.filter(({ state }) => state.type === "failed").length > 1);
	const announcing = useLazy(loadAnnouncer, true);
	// Before it is wanted: the focus goes into it at once.
	const editor = useLazy(loadEditor, true);

	if (chat.connection.type === "ended") {
		const text = chat.connection.code === closeCodes.removed ? strings.removed : strings.gone;
		return <NoticePage text={text} hasWayHome />;
	}
	const hasOthers = hasMet || (members?.length ?? 0) > 1;
	const others = othersIn(chat, userId);
	const editLast = () => {
		const message = lastOwn(chat.messages, userId);
		if (message && mayDo(message, acting.doer).has("edit")) acting.edit(message);
	};
	const isEmpty = chat.you !== null && chat.messages.length === 0 && chat.outgoing.length === 0;
	return (
		<main className={styles.page}>
			<Header id={id} title={title} userId={userId} nameOf={people.nameOf} chat={chat} />
			<People value={people}>
				<Acting value={acting}>
					<Log chat={chat} userId={userId} name={name} target={target} onShown={onShown}>
						{isEmpty && <EmptyRoom chat={chat} hasOthers={hasOthers} />}
					</Log>
				</Acting>
			</People>
			<Banner chat={chat} />
			<footer className={styles.footer}>
				<div className={styles.meanwhile}>
					<p className={styles.typing}>{strings.typing(chat.typing.map(({ username }) => username))}</p>
					<Waiting messages={chat.messages} people={people} className={styles.waiting} />
				</div>
				{chat.notice !== null && (
					<p className={styles.notice}>
						{refusalText(strings, chat.notice)}
						<button
							type="button"
							onClick={() => {
								chat.dismissNotice();
								// The button goes, and the focus should not go with it.
								goTo("main > footer");
							}}
						>
							{strings.dismiss}
						</button>
					</p>
				)}
				{role === "reader" && <p className={`${styles.notice} ${styles.readOnly}`}>{strings.readOnly}</p>}
				{refused && <refused.Unsent chat={chat} />}
				{role !== "reader" && editing && editor && (
					<editor.Editor key={editing.id} message={editing} chat={chat} people={others} onDone={stop} />
				)}
				{role !== "reader" && !(editing && editor) && (
					<Composer
						conversationId={id}
						userId={userId}
						hasOthers={hasOthers}
						chat={chat}
						people={others}
						focusKey={focusKey}
						onEditLast={editLast}
					/>
				)}
			</footer>
			{removing && (
				<Dialog
					title={strings.deleteMessageTitle}
					action={strings.deleteNow}
					isDanger
					act={() => (chat.deleteMessage(removing.id) ? undefined : strings.notSaved)}
					onClose={() => {
						stop();
						focusOn(removing);
					}}
				>
					<p>{strings.deleteMessageText}</p>
				</Dialog>
			)}
			{announcing && <announcing.Announcer chat={chat} acting={acting} userId={userId} />}
		</main>
	);
}

/** Whom one may name: who is here before who is not. */
function othersIn({ members, participants }: Chat, userId: string): Person[] {
	const here = new Set(participants.map((person) => person.userId));
	const others: readonly Person[] = (members ?? participants).filter((person) => person.userId !== userId);
	return [...others.filter((person) => here.has(person.userId)), ...others.filter((person) => !here.has(person.userId))];
}

/** What is written or said here and is not on disk either would go with the page. */
function useLeaveWarning(conversationId: string, { outgoing, isSaved: isKept }: Chat, userId: string): void {
	const isDraftKept = useIsDraftKept(userId, conversationId);
	const isWaiting = outgoing.length > 0;
	useEffect(() => {
		if (isDraftKept && !isWaiting) return;
		const warn = (event: BeforeUnloadEvent) => {
			if (!isDraftKept || !isKept()) event.preventDefault();
		};
		addEventListener("beforeunload", warn);
		return () => removeEventListener("beforeunload", warn);
	}, [isDraftKept, isWaiting, isKept]);
}

/** The message's place stays when it goes, and its buttons do not. */
function focusOn({ id }: Message): void {
	document.querySelector<HTMLElement>(`article[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
}

/** The place that the address asks for, until it is shown. */
function useTarget(goTo: Chat["goTo"]) {
	const [fields, setFields] = useSearchParams();
	const at = Number(fields.get("at"));
	const target = Number.isSafeInteger(at) && at > 0 ? at : undefined;
	useEffect(() => {
		if (target !== undefined) goTo(target);
	}, [target, goTo]);
	const onShown = useCallback(() => setFields({}, { replace: true }), [setFields]);
	return { target, onShown };
}

/** What everybody is called today. */
function usePeople({ members, participants }: Chat, userId: string): Names {
	return useMemo(() => {
		const names = new Map([claude, ...participants, ...(members ?? [])].map((person) => [person.userId, person.username]));
		return { nameOf: (userId) => names.get(userId), userId, isGroup: names.size > 2 };
	}, [members, participants, userId]);
}

/** The list is told what is seen here: who looks at a conversation gets no news of it there. */
function useReportView(conversationId: string, { you, conversation, messages, reads }: Chat, userId: string): void {
	const list = usePersonalList();
	// What is only remembered here, the list may know better.
	const title = you ? conversation?.title : undefined;
	const last = messages.findLast(({ status }) => status !== "streaming");
	const readUpTo = reads.get(userId) ?? 0;
	useEffect(() => {
		if (title !== undefined) list.reportView({ conversationId, title, lastMessage: last && lastMessageOf(last), readUpTo });
	}, [list, conversationId, title, last, readUpTo]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another conversation is another view.
	useEffect(() => () => list.endView(), [list, conversationId]);
}

/** Some browsers lay a keyboard over the page without telling the layout: the composer has to stay above it. */
function useKeyboardInset(): void {
	useEffect(() => {
		const viewport = window.visualViewport;
		if (!viewport) return;
		const follow = () => {
			const covered = Math.max(0, window.innerHeight - viewport.height * viewport.scale - viewport.offsetTop);
			document.documentElement.style.setProperty("--keyboard", `${covered}px`);
		};
		const stop = new AbortController();
		// Where it is scrolled over the page there is less of the page below it.
		for (const change of ["resize", "scroll"]) viewport.addEventListener(change, follow, stop);
		return () => {
			stop.abort();
			document.documentElement.style.removeProperty("--keyboard");
		};
	}, []);
}
