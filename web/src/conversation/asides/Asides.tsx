// A person's private questions with Claude's answers, above the composer. Nobody else sees them.

import { useEffect, useId, useState } from "react";
import * as v from "valibot";
import { type Aside, asideSchema } from "../../../../src/protocol/claude/aside.ts";
import type { Reason } from "../../../../src/protocol/errors.ts";
import { session } from "../../account/currentSession.ts";
import { call } from "../../api.ts";
import { Icon } from "../../icons.tsx";
import { goTo } from "../../keyboard/landmarks.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { phaseOf } from "../../live/replyStatus.ts";
import { useResearchParts } from "../../research/useResearchParts.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { LoadedMessages } from "../message/MessageActions.ts";
import { Text, UnreadNote } from "../message/MessageArticle.tsx";
import { Thinking } from "../message/Thinking.tsx";
import styles from "./Asides.module.css";
import { receiveAside } from "./asides.ts";

const pathOf = (id: string) => `/conversations/${encodeURIComponent(id)}/asides`;
const pageSchema = v.object({ asides: v.array(asideSchema), hasMore: v.boolean() });

export function Asides({ id, chat }: { id: string; chat: Chat }) {
	const strings = useStrings();
	const listId = useId();
	const [asides, setAsides] = useState<readonly Aside[]>([]);
	const [isOpen, setIsOpen] = useState(false);
	const { followAsides, isConnected } = chat;
	useEffect(
		() =>
			followAsides((event) => {
				setAsides((before) => receiveAside(before, event));
				if (event.type === "chat:aside" && event.aside.status === "streaming") setIsOpen(true);
			}),
		[followAsides],
	);
	// What happened while there was no connection is in no event.
	useEffect(() => {
		if (!isConnected) return;
		let isCurrent = true;
		void session
			.call((token) => call(pageSchema, "GET", pathOf(id), { token }))
			.then((result) => {
				if (isCurrent && "value" in result) setAsides(result.value.asides);
			});
		return () => {
			isCurrent = false;
		};
	}, [id, isConnected]);
	if (asides.length === 0) return null;
	return (
		<section className={styles.asides} aria-label={strings.privateQuestions(asides.length)}>
			<button type="button" className={styles.head} aria-expanded={isOpen} aria-controls={listId} onClick={() => setIsOpen(!isOpen)}>
				<Icon name="private" />
				<span>{strings.privateQuestions(asides.length)}</span>
				<Icon name={isOpen ? "down" : "up"} />
			</button>
			<ol id={listId} className={styles.list} hidden={!isOpen}>
				{asides.map((aside) => (
					<Card key={aside.id} aside={aside} chat={chat} />
				))}
			</ol>
		</section>
	);
}

function Card({ aside, chat }: { aside: Aside; chat: Chat }) {
	const strings = useStrings();
	const { id, conversationId, question, content, status, reason, thinking, tools = [], sources = [], unreadFiles } = aside;
	const research = useResearchParts(tools.length + sources.length > 0);
	const isRunning = status === "streaming";
	const isLookingUp = isRunning && research !== undefined && tools.some(({ status }) => status === "running");
	const mayShare = !isRunning && status !== "failed" && content.trim() !== "" && chat.role !== "reader";
	// The button disappears, and the focus must not be lost with it.
	const leaving = (act: () => unknown) => () => {
		act();
		goTo("main > footer");
	};
	const remove = () =>
		session.call((token) => call(v.undefined(), "DELETE", `${pathOf(conversationId)}/${encodeURIComponent(id)}`, { token }));
	const failure = strings.reasons[(reason ?? "internal") as Reason] ?? strings.reasons.internal;
	const note = status === "failed" ? failure : status === "stopped" ? strings.stopped : undefined;
	return (
		<li className={styles.card} aria-busy={isRunning}>
			<p className={styles.question} dir="auto">
				{question}
			</p>
			<Thinking phase={isLookingUp ? "answering" : phaseOf(aside)}>
				{thinking !== undefined && <Text content={thinking} isGrowing={isRunning && content === ""} />}
			</Thinking>
			{content !== "" && <Text content={content} isGrowing={isRunning} research={aside} />}
			{research && <research.Research reply={aside} />}
			{unreadFiles && (
				<LoadedMessages value={chat.messages}>
					<UnreadNote files={unreadFiles} />
				</LoadedMessages>
			)}
			{note !== undefined && <p className={status === "failed" ? styles.problem : styles.note}>{note}</p>}
			<p className={styles.actions}>
				{isRunning && (
					<button type="button" disabled={!chat.isConnected} onClick={leaving(() => chat.stopAside(id))}>
						{strings.stop}
					</button>
				)}
				{mayShare && (
					<button type="button" disabled={!chat.isConnected} onClick={leaving(() => chat.shareAside(id))}>
						{strings.shareAside}
					</button>
				)}
				<button type="button" disabled={!chat.isConnected} onClick={leaving(remove)}>
					{strings.deleteAside}
				</button>
			</p>
		</li>
	);
}
